/**
 * The links of a backend's shell: those of front-ends go to the node, those of other backends,
 * known by their first frame, to the giver of snapshots. The node has greeted such a link as if it
 * were a front-end's, and is told that it has ended.
 */
import type { LinkDown } from '@starling/core/link/down'
import type { PeerDown, PeerUp } from '@starling/core/link/peer'
import type { LinkUp } from '@starling/core/link/up'
import { now } from '../link/clock.ts'
import type { LinkEnd } from '../link/framed-link.ts'
import { LinkServer } from '../link/link-server.ts'
import type { LinkAddress } from '../link/link-settings.ts'
import type { LimitCounts } from '../telemetry/limit-counts.ts'
import type { Trace } from '../telemetry/trace.ts'
import { TracePace } from '../telemetry/trace-pace.ts'
import type { BackendSettings } from './backend-settings.ts'
import { SnapshotGiver, type SnapshotSource } from './snapshot-giver.ts'

export interface BackendLinksOptions {
  readonly settings: BackendSettings
  readonly trace: Trace
  readonly limits: LimitCounts
  readonly snapshots: SnapshotSource | undefined
  /** Why the store is not up to date; undefined when it is. */
  readonly behind: () => string | undefined
  onOpen(link: string): void
  onFrame(link: string, frame: LinkUp): void
  onEnd(link: string): void
}

export class BackendLinks {
  readonly #options: BackendLinksOptions
  readonly #giver: SnapshotGiver
  /** Links of other backends. */
  readonly #peers = new Set<string>()
  readonly #refusalPace = new TracePace()
  #server: LinkServer | undefined
  #counts = { linksRefusedTotal: 0, linksCutTotal: 0 }

  constructor(options: BackendLinksOptions) {
    this.#options = options
    this.#giver = new SnapshotGiver({
      source: options.snapshots,
      behind: options.behind,
      tuning: options.settings.shell.snapshots,
      trace: options.trace,
      send: (link, frame) => this.#server?.send(link, frame),
      closeLink: (link, why) => this.closeLink(link, why),
    })
  }

  async start(): Promise<void> {
    const { name, listen, linkSecurity, linkTuning } = this.#options.settings
    this.#server = await LinkServer.start({
      what: `the link port of backend ${name}`,
      listen,
      security: linkSecurity,
      tuning: linkTuning,
      onOpen: (link) => this.#options.onOpen(link),
      onFrame: (link, frame) => {
        if (this.#peers.has(link)) this.closeLink(link, 'a backend that speaks as a front-end')
        else this.#options.onFrame(link, frame)
      },
      onPeerFrame: (link, frame) => this.#onPeerFrame(link, frame),
      onEnd: (link, end, detail) => this.#ended(link, end, detail),
      onRefused: (remote, end, detail) => this.#refused(remote, end, detail),
    })
  }

  get address(): LinkAddress {
    return this.#server?.address ?? this.#options.settings.listen
  }

  get counts() {
    return { ...this.#counts, snapshotsGivenTotal: this.#giver.givenTotal }
  }

  send(link: string, frame: LinkDown | PeerDown): void {
    this.#server?.send(link, frame)
  }

  closeLink(link: string, why: string): void {
    this.#server?.closeLink(link, why)
  }

  async close(): Promise<void> {
    this.#giver.stop()
    await this.#server?.close()
  }

  /** As a crash would. */
  abort(): void {
    this.#giver.stop()
    this.#server?.abort()
  }

  #onPeerFrame(link: string, frame: PeerUp): void {
    if (!this.#peers.has(link)) {
      this.#peers.add(link)
      this.#options.onEnd(link)
    }
    this.#giver.frame(link, frame)
  }

  #ended(link: string, end: LinkEnd, detail: string): void {
    const { limits, trace } = this.#options
    if (end !== 'closed-here' && end !== 'closed-there') this.#counts.linksCutTotal += 1
    if (end === 'write-overflow') limits.reached('writeBytesMax')
    if (end === 'frame-too-large') limits.reached('frameBytesMax')
    if (this.#peers.delete(link)) {
      trace.info({ link, end, detail }, 'a link to a backend ended')
      this.#giver.linkEnded(link)
      return
    }
    trace.info({ link, end, detail }, 'a link to a front-end ended')
    this.#options.onEnd(link)
  }

  #refused(remote: string, end: LinkEnd, detail: string): void {
    this.#counts.linksRefusedTotal += 1
    if (end === 'too-many-links') this.#options.limits.reached('linksMax')
    const leftOut = this.#refusalPace.next(now().ms)
    if (leftOut === undefined) return
    this.#options.trace.warn({ remote, end, detail, leftOut }, 'a peer was refused a link')
  }
}
