/**
 * Takes a copy of another backend's store (core/link/peer.ts) into a file. The backends are asked
 * one after the other, each at most once; whoever refuses, dies midway or sends what is not right
 * is left for the next. What comes is written in its order, and the other hears how much is
 * written.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Socket } from 'node:net'
import type { LinkDown } from '@starling/core/link/down'
import {
  type PeerDown,
  type PeerUp,
  peerVersion,
  type SnapshotOffer,
} from '@starling/core/link/peer'
import type { Position } from '@starling/core/log/record'
import { unreachable } from '@starling/core/now'
import { dial } from '../link/dial.ts'
import { FramedLink } from '../link/framed-link.ts'
import { checkLinkSecurity, dialTls } from '../link/link-security.ts'
import type { LinkAddress, LinkSecurity, LinkTuning } from '../link/link-settings.ts'
import { parseLinkDown } from '../link/link-shapes.ts'
import { parsePeerDown } from '../link/peer-shapes.ts'
import { storeVersion } from '../store/schema.ts'
import type { SnapshotTuning } from './snapshot-settings.ts'

export interface PeerBackend {
  readonly name: string
  readonly address: LinkAddress
}

export interface SnapshotTakerOptions {
  /** The backend that asks. */
  readonly name: string
  readonly peers: readonly PeerBackend[]
  readonly security: LinkSecurity
  readonly linkTuning: LinkTuning
  readonly tuning: SnapshotTuning
  onProgress(progress: SnapshotProgress): void
}

export type SnapshotProgress =
  | { readonly kind: 'asking'; readonly from: string }
  | { readonly kind: 'refused'; readonly from: string; readonly why: string }
  | {
      readonly kind: 'receiving'
      readonly from: string
      readonly bytes: number
      readonly bytesAll: number
    }

export interface SnapshotWant {
  /** The identity of the log. */
  readonly log: string
  readonly above: Position
  /** Where the copy goes; overwritten. */
  readonly path: string
  /** Why the copy offered is of no use; undefined when it is. */
  check(offer: SnapshotOffer): Promise<string | undefined>
}

export interface TakenSnapshot {
  readonly from: string
  readonly offer: SnapshotOffer
}

/** Undefined when nobody has one to give. Rejects when the file cannot be written. */
export async function takeSnapshot(
  want: SnapshotWant,
  options: SnapshotTakerOptions,
): Promise<TakenSnapshot | undefined> {
  for (const peer of options.peers) {
    options.onProgress({ kind: 'asking', from: peer.name })
    const outcome = await new Taking(peer, want, options).run()
    if (typeof outcome !== 'string') return { from: peer.name, offer: outcome }
    options.onProgress({ kind: 'refused', from: peer.name, why: outcome })
  }
  return undefined
}

/** One backend, asked once. */
class Taking {
  readonly #peer: PeerBackend
  readonly #want: SnapshotWant
  readonly #options: SnapshotTakerOptions
  readonly #outcome = Promise.withResolvers<SnapshotOffer | string>()
  readonly #hash = createHash('sha256')
  #link: FramedLink<PeerDown | LinkDown, PeerUp> | undefined
  #offer: SnapshotOffer | undefined
  #written = 0
  #limit: NodeJS.Timeout | undefined
  #isOver = false
  /** What is done with the frames, one after the other; the window bounds how many wait. */
  #work: Promise<void> = Promise.resolve()

  constructor(peer: PeerBackend, want: SnapshotWant, options: SnapshotTakerOptions) {
    this.#peer = peer
    this.#want = want
    this.#options = options
  }

  /** What was taken, or why nothing was. */
  async run(): Promise<SnapshotOffer | string> {
    const { security, linkTuning } = this.#options
    const { address } = this.#peer
    checkLinkSecurity(address.host, security, linkTuning)
    const file = await open(this.#want.path, 'w')
    const socket = dial({
      address,
      tls: dialTls(security),
      tuning: linkTuning,
      onOpen: (opened) => this.#ask(opened, file),
      onFail: (detail) => this.#over(detail),
    })
    try {
      return await this.#outcome.promise
    } finally {
      clearTimeout(this.#limit)
      if (this.#link === undefined) socket.destroy()
      this.#link?.close('the snapshot is over')
      await this.#work
      await file.close()
    }
  }

  #ask(socket: Socket, file: FileHandle): void {
    this.#link = new FramedLink(socket, {
      parse: (value) => parsePeerDown(value) ?? parseLinkDown(value),
      tuning: this.#options.linkTuning,
      onFrame: (frame) => {
        // A backend greets everybody as if they were front-ends; that is passed over.
        if (!isPeerDown(frame)) return
        this.#work = this.#work.then(() => this.#heard(frame, file))
      },
      onEnd: (_end, detail) => {
        this.#work = this.#work.then(() => this.#over(detail))
      },
    })
    const { name, tuning } = this.#options
    const { log, above } = this.#want
    const version = peerVersion
    this.#link.send({ t: 'snapshot-ask', version, backend: name, log, store: storeVersion, above })
    this.#expect(tuning.preparationMsMax)
  }

  async #heard(frame: PeerDown, file: FileHandle): Promise<void> {
    if (this.#isOver) return
    this.#expect(this.#options.tuning.stalledMsMax)
    try {
      switch (frame.t) {
        case 'snapshot-refused':
          return this.#over(`${frame.code}: ${frame.why}`)
        case 'snapshot':
          return await this.#offered(frame)
        case 'snapshot-part':
          return await this.#part(frame.data, file)
        case 'snapshot-end':
          return await this.#end(frame.sha256, file)
        default:
          return unreachable(frame)
      }
    } catch (error) {
      this.#isOver = true
      this.#outcome.reject(error)
    }
  }

  async #offered({ t: _, ...offer }: PeerDown & { t: 'snapshot' }): Promise<void> {
    if (this.#offer !== undefined) return this.#over('it offered twice')
    const { log, above, check } = this.#want
    if (offer.log !== log) return this.#over(`what it has is of the log ${offer.log}`)
    if (offer.position <= above) return this.#over(`what it has ends at ${offer.position}`)
    const why = await check(offer)
    if (why !== undefined) return this.#over(why)
    this.#offer = offer
  }

  async #part(data: Uint8Array, file: FileHandle): Promise<void> {
    const offer = this.#offer
    if (offer === undefined) return this.#over('it sent without an offer')
    if (this.#written + data.length > offer.bytes) return this.#over('it sent more than it offered')
    this.#hash.update(data)
    for (let at = 0; at < data.length; ) {
      const { bytesWritten } = await file.write(data, at, data.length - at, this.#written + at)
      at += bytesWritten
    }
    this.#written += data.length
    this.#link?.send({ t: 'snapshot-got', bytes: this.#written })
    const { bytes: bytesAll } = offer
    const from = this.#peer.name
    this.#options.onProgress({ kind: 'receiving', from, bytes: this.#written, bytesAll })
  }

  async #end(sha256: string, file: FileHandle): Promise<void> {
    const offer = this.#offer
    if (offer === undefined) return this.#over('it sent without an offer')
    if (this.#written !== offer.bytes) {
      return this.#over(`it sent ${this.#written} of ${offer.bytes} bytes`)
    }
    if (this.#hash.digest('hex') !== sha256) return this.#over('what came is not what was sent')
    await file.sync()
    this.#isOver = true
    this.#outcome.resolve(offer)
  }

  #expect(msMax: number): void {
    clearTimeout(this.#limit)
    this.#limit = setTimeout(() => this.#over(`nothing came for ${msMax} ms`), msMax)
  }

  #over(why: string): void {
    this.#isOver = true
    this.#outcome.resolve(why)
  }
}

function isPeerDown(frame: PeerDown | LinkDown): frame is PeerDown {
  return frame.t.startsWith('snapshot')
}
