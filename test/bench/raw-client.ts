/**
 * A client that costs as little as can be: one WebSocket, one send after the other, no SDK. It
 * checks what it is told: entries without a hole, the own ones in the order of their numbers, each
 * acknowledged where it stands.
 */
import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { DownFrame, DownFrameOf } from '@starling/protocol/down'
import type { Operation } from '@starling/protocol/operation'
import { protocolVersion } from '@starling/protocol/up'
import { isFollowed, monotonicMs } from '@starling/server/telemetry/stage-marks'
import type { FrameReader } from './frame-reader.ts'
import { LeanSocket } from './load/lean-socket.ts'

interface Outbox {
  readonly id: string
  readonly room: string
  number: number
  /** Of the newest own entry seen. */
  seen: number
  /** Number → what the ack or the entry said first; gone when both have. */
  readonly indexes: Map<number, number>
}

interface Unanswered {
  readonly sinceMs: number
  readonly settle: (tookMs: number) => void
}

/** Stage, `outbox number`, milliseconds of the system's monotonic clock. */
export type ClientMark = readonly ['posted' | 'ack-heard', string, number]

export class RawClient {
  /** Of the sends that are followed; nothing marks them without `followEvery`. */
  readonly marks: ClientMark[] = []
  followEvery: number | undefined
  readonly faults: string[] = []
  readonly #socket: LeanSocket
  readonly #reader: FrameReader
  readonly #outboxes = new Map<string, Outbox>()
  readonly #unanswered = new Map<string, Unanswered>()
  /** Room → the index that must come next. */
  readonly #next = new Map<string, number>()
  readonly #welcomed = Promise.withResolvers<void>()

  constructor(address: string, name: string, reader: FrameReader) {
    this.#reader = reader
    const { hostname: host, port } = new URL(address)
    this.#socket = new LeanSocket({
      ...{ host, port: Number(port), readInto: reader.readInto },
      onText: (payload) => this.#heard(payload),
      onEnd: (why) => this.#fault(`the connection ended: ${why}`),
    })
    const token = randomBytes(32).toString('base64url')
    const auth = { kind: 'guest', name, token }
    const opened = () => this.#say({ t: 'hello', protocol: protocolVersion, auth })
    this.#socket.opened().then(opened, (error) => this.#welcomed.reject(error))
  }

  ready(): Promise<void> {
    return this.#welcomed.promise
  }

  /** Resolves with the milliseconds to the ack, from `sinceMs` on. */
  send(room: string, op: Operation, sinceMs: number = performance.now()): Promise<number> {
    const outbox = this.#outboxOf(room)
    outbox.number += 1
    const { promise, resolve } = Promise.withResolvers<number>()
    const key = `${outbox.id} ${outbox.number}`
    if (this.#isFollowed(outbox.id, outbox.number)) {
      this.marks.push(['posted', key, monotonicMs()])
    }
    this.#unanswered.set(key, { sinceMs, settle: resolve })
    this.#say({ t: 'send', room, outbox: outbox.id, number: outbox.number, op })
    return promise
  }

  /** The newest index seen of a room. */
  seen(room: string): number {
    return (this.#next.get(room) ?? 1) - 1
  }

  /** Own sends of which the ack came and not the entry, or the other way about. */
  get halfSeen(): number {
    return [...this.#outboxes.values()].reduce((sum, { indexes }) => sum + indexes.size, 0)
  }

  close(): void {
    this.#socket.close()
  }

  #outboxOf(room: string): Outbox {
    const known = this.#outboxes.get(room)
    if (known !== undefined) return known
    const id = randomBytes(9).toString('base64url')
    const made: Outbox = { id, room, number: 0, seen: 0, indexes: new Map() }
    this.#outboxes.set(room, made)
    return made
  }

  #say(frame: object): void {
    this.#socket.text(JSON.stringify(frame))
  }

  #heard(bytes: Buffer): void {
    const frame: DownFrame = this.#reader.read(bytes)
    if (frame.t === 'ack') this.#acknowledged(frame)
    else if (frame.t === 'entries') this.#entries(frame)
    else if (frame.t === 'welcome') this.#welcomed.resolve()
    else if (frame.t === 'refused' || frame.t === 'error') this.#fault(frame.say)
    else if (frame.t === 'gap') this.#fault(`a gap in ${frame.room}`)
  }

  #acknowledged({ room, outbox, number, index }: DownFrameOf<'ack'>): void {
    const key = `${outbox} ${number}`
    const unanswered = this.#unanswered.get(key)
    if (unanswered === undefined) return this.#fault(`${key} was acknowledged twice`)
    this.#unanswered.delete(key)
    if (this.#isFollowed(outbox, number)) this.marks.push(['ack-heard', key, monotonicMs()])
    this.#stands(this.#outboxOf(room), number, index)
    unanswered.settle(performance.now() - unanswered.sinceMs)
  }

  #entries({ room, from, entries }: DownFrameOf<'entries'>): void {
    const next = this.#next.get(room) ?? from
    if (from !== next) this.#fault(`${room} went on with ${from}, not ${next}`)
    this.#next.set(room, from + entries.length)
    const outbox = this.#outboxes.get(room)
    if (outbox === undefined) return
    for (const entry of entries) {
      if (entry.outbox !== outbox.id || entry.number === undefined) continue
      if (entry.number <= outbox.seen) this.#fault(`${entry.number} after ${outbox.seen}`)
      outbox.seen = entry.number
      this.#stands(outbox, entry.number, entry.index)
    }
  }

  #stands({ room, indexes }: Outbox, number: number, index: number): void {
    const told = indexes.get(number)
    if (told === undefined) indexes.set(number, index)
    else if (told === index) indexes.delete(number)
    else this.#fault(`send ${number} stands in ${room} at ${told} and at ${index}`)
  }

  #isFollowed(outbox: string, number: number): boolean {
    return this.followEvery !== undefined && isFollowed(outbox, number, this.followEvery)
  }

  #fault(what: string): void {
    if (this.faults.length < 10) this.faults.push(what)
  }
}
