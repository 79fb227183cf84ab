/**
 * Gives copies of this backend's store to other backends that ask for one (core/link/peer.ts). Each
 * copy is a file made for its asker, sent in parts as the asker writes them, and removed when the
 * link ends, however it ends. More than `snapshotsAtOnceMax` are refused.
 */
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import {
  type PeerDown,
  type PeerUp,
  peerVersion,
  type SnapshotRefusal,
  snapshotPartBytes,
  snapshotWindowBytes,
} from '@starling/core/link/peer'
import type { Position } from '@starling/core/log/record'
import { unreachable } from '@starling/core/now'
import type { StoreCopy } from '../engine/store-snapshot.ts'
import { isFileTrouble, nodeCodeOf } from '../log/sqlite/sqlite-trouble.ts'
import { storeVersion } from '../store/schema.ts'
import type { Trace } from '../telemetry/trace.ts'
import type { SnapshotTuning } from './snapshot-settings.ts'

export interface SnapshotSource {
  /** The identity of the log that the store was made from. */
  readonly identity: string
  readonly position: Position
  copy(): Promise<StoreCopy>
}

export interface SnapshotGiverOptions {
  /** Absent: there is nothing to give. */
  readonly source: SnapshotSource | undefined
  /** Why the store is not up to date; undefined when it is. */
  readonly behind: () => string | undefined
  readonly tuning: SnapshotTuning
  readonly trace: Trace
  send(link: string, frame: PeerDown): void
  closeLink(link: string, why: string): void
}

/** Of a reason, as the frame takes it. */
const whyCharactersMax = 500

interface Giving {
  readonly link: string
  readonly ask: SnapshotAsk
  isGone: boolean
  sent: number
  got: number
  /** Called when the asker has written more, or is gone. */
  wake: () => void
}

type SnapshotAsk = Extract<PeerUp, { t: 'snapshot-ask' }>

export class SnapshotGiver {
  readonly #options: SnapshotGiverOptions
  readonly #givings = new Map<string, Giving>()
  #givenTotal = 0

  constructor(options: SnapshotGiverOptions) {
    this.#options = options
  }

  get givenTotal(): number {
    return this.#givenTotal
  }

  frame(link: string, frame: PeerUp): void {
    const giving = this.#givings.get(link)
    switch (frame.t) {
      case 'snapshot-ask':
        if (giving !== undefined) return this.#options.closeLink(link, 'asked twice')
        return this.#asked(link, frame)
      case 'snapshot-got':
        if (giving === undefined) return
        giving.got = Math.max(giving.got, frame.bytes)
        return giving.wake()
      default:
        return unreachable(frame)
    }
  }

  linkEnded(link: string): void {
    const giving = this.#givings.get(link)
    if (giving === undefined) return
    giving.isGone = true
    giving.wake()
  }

  stop(): void {
    for (const link of this.#givings.keys()) this.linkEnded(link)
  }

  #asked(link: string, ask: SnapshotAsk): void {
    const { source, trace, send } = this.#options
    const refusal = this.#refusal(ask)
    if (source === undefined || refusal !== undefined) {
      const said = refusal ?? { code: 'no-snapshots', why: 'all backends share one store' }
      trace.info({ to: ask.backend, ...said }, 'a backend asked for a snapshot and was refused')
      return send(link, { t: 'snapshot-refused', ...said })
    }
    const giving = { link, ask, isGone: false, sent: 0, got: 0, wake: () => {} }
    this.#givings.set(link, giving)
    void this.#give(giving, source)
  }

  #refusal(ask: SnapshotAsk): { readonly code: SnapshotRefusal; readonly why: string } | undefined {
    const { source, behind, tuning } = this.#options
    if (source === undefined) return undefined
    if (ask.version !== peerVersion || ask.store !== storeVersion) {
      return { code: 'other-version', why: `its store has version ${storeVersion}` }
    }
    if (ask.log !== source.identity) {
      return { code: 'other-log', why: `it follows the log ${source.identity}` }
    }
    if (source.position <= ask.above) {
      return { code: 'not-ahead', why: `it stands at ${source.position}` }
    }
    const why = behind()
    if (why !== undefined) return { code: 'behind', why }
    return this.#givings.size < tuning.snapshotsAtOnceMax
      ? undefined
      : { code: 'busy', why: `it gives ${this.#givings.size} already` }
  }

  async #give(giving: Giving, source: SnapshotSource): Promise<void> {
    const { link, ask } = giving
    const { trace, send } = this.#options
    const beganMs = performance.now()
    const tookMs = () => Math.round(performance.now() - beganMs)
    trace.info({ to: ask.backend, above: ask.above }, 'making a snapshot for another backend')
    let copy: StoreCopy | undefined
    try {
      copy = await source.copy()
      const { offer } = copy
      trace.info({ to: ask.backend, ...offer, tookMs: tookMs() }, 'sending a snapshot')
      const isWhole = await this.#sendFile(giving, copy)
      if (isWhole) this.#givenTotal += 1
      trace.info({ to: ask.backend, isWhole, sent: giving.sent, tookMs: tookMs() }, 'snapshot over')
    } catch (error) {
      if (!isFileTrouble(error) && nodeCodeOf(error) === undefined) throw error
      const why = error instanceof Error ? error.message : String(error)
      trace.warn({ to: ask.backend, why }, 'a snapshot could not be made')
      send(link, { t: 'snapshot-refused', code: 'failed', why: why.slice(0, whyCharactersMax) })
    } finally {
      this.#givings.delete(link)
      if (copy !== undefined) await rm(copy.path, { force: true })
    }
  }

  /** False when the asker went before it had all. */
  async #sendFile(giving: Giving, { path, offer }: StoreCopy): Promise<boolean> {
    const { send } = this.#options
    const hash = createHash('sha256')
    const file = await open(path)
    try {
      if (!giving.isGone) send(giving.link, { t: 'snapshot', ...offer })
      while (!giving.isGone && giving.sent < offer.bytes) {
        const part = Buffer.allocUnsafe(snapshotPartBytes)
        const { bytesRead } = await file.read(part, 0, part.length, giving.sent)
        if (giving.isGone) return false
        if (bytesRead === 0) {
          const why = `the copy ended at ${giving.sent} of ${offer.bytes} bytes`
          send(giving.link, { t: 'snapshot-refused', code: 'failed', why })
          return false
        }
        const data = part.subarray(0, bytesRead)
        hash.update(data)
        giving.sent += bytesRead
        send(giving.link, { t: 'snapshot-part', data })
        await this.#room(giving)
      }
      if (giving.isGone) return false
      send(giving.link, { t: 'snapshot-end', sha256: hash.digest('hex') })
      return true
    } finally {
      await file.close()
    }
  }

  /** Waits until the asker has written enough for more to be sent. */
  async #room(giving: Giving): Promise<void> {
    while (!giving.isGone && giving.sent - giving.got >= snapshotWindowBytes) {
      const { promise, resolve } = Promise.withResolvers<void>()
      giving.wake = resolve
      const limit = setTimeout(() => {
        giving.isGone = true
        this.#options.closeLink(giving.link, 'the other backend writes nothing')
        resolve()
      }, this.#options.tuning.stalledMsMax)
      await promise
      clearTimeout(limit)
    }
  }
}
