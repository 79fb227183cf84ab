/**
 * What this device sends for a room's group: its beginning, commits, and what is sealed for those
 * who came later. Nothing of it outlives the run, so it has an outbox of its own, in memory: one
 * send a room at a time, under the same number until it is answered, on whatever connection. After
 * a refusal that consumed nothing the outbox is left and the next one begins at 1.
 */
import type { DownFrameOf } from '@starling/protocol/down'
import type { ErrorCode, Retry } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { UpFrameOf } from '@starling/protocol/up'
import type { Chance, Now } from '../../now.ts'
import type { ClientTuning } from '../client-io.ts'
import { randomId } from '../random-id.ts'

export type SendOutcome =
  | { readonly ok: true; readonly index: number; readonly at: number }
  | { readonly ok: false; readonly code: ErrorCode; readonly retry: Retry }

interface GroupSend {
  outbox: string
  number: number
  readonly op: Operation
  readonly done: (now: Now, outcome: SendOutcome) => void
  sentAtMs: number | undefined
  notBeforeMs: number
}

export class GroupSends {
  readonly #chance: Chance
  readonly #tuning: ClientTuning
  readonly #sends = new Map<string, GroupSend>()
  /** The outbox to go on with, and its next number. */
  readonly #outboxes = new Map<string, { readonly outbox: string; readonly next: number }>()

  constructor(chance: Chance, tuning: ClientTuning) {
    this.#chance = chance
    this.#tuning = tuning
  }

  get isAnswerAwaited(): boolean {
    return [...this.#sends.values()].some(({ sentAtMs }) => sentAtMs !== undefined)
  }

  give(room: string, op: Operation, done: GroupSend['done']): void {
    if (this.#sends.has(room)) throw new Error(`two sends at once for the group of ${room}`)
    const { outbox, next } = this.#outboxes.get(room) ?? this.#anew()
    const open = { sentAtMs: undefined, notBeforeMs: 0 }
    this.#sends.set(room, { outbox, number: next, op, done, ...open })
    this.#outboxes.set(room, { outbox, next: next + 1 })
  }

  due(now: Now): readonly UpFrameOf<'send'>[] {
    const frames: UpFrameOf<'send'>[] = []
    for (const [room, send] of this.#sends) {
      const isLost = send.sentAtMs !== undefined && now.ms - send.sentAtMs >= this.#tuning.sendMsMax
      if ((send.sentAtMs !== undefined && !isLost) || now.ms < send.notBeforeMs) continue
      send.sentAtMs = now.ms
      const { outbox, number, op } = send
      frames.push({ t: 'send', room, outbox, number, op })
    }
    return frames
  }

  /** True when it was for one of these. */
  acked(now: Now, { room, outbox, number, index, at }: DownFrameOf<'ack'>): boolean {
    const send = this.#answered(room, { outbox, number })
    if (send === undefined) return false
    this.#sends.delete(room)
    send.done(now, { ok: true, index, at })
    return true
  }

  refused(now: Now, frame: DownFrameOf<'refused'>): boolean {
    const { room, code, retry } = frame
    const send = this.#answered(room, frame)
    if (send === undefined) return false
    send.sentAtMs = undefined
    if (retry === 'later') {
      const pauseMs = frame.retryMs ?? this.#tuning.retryMs
      send.notBeforeMs = now.ms + pauseMs * (1 + 0.2 * this.#chance())
    } else if (retry === 'reorder') {
      // The servers lost the outbox; that number was applied nowhere.
      const { outbox } = this.#anew()
      send.outbox = outbox
      send.number = 1
      this.#outboxes.set(room, { outbox, next: 2 })
    } else {
      if (retry !== 'never') this.#outboxes.delete(room)
      this.#sends.delete(room)
      send.done(now, { ok: false, code, retry })
    }
    return true
  }

  /** Nothing is on the wire. */
  reconnected(): void {
    for (const send of this.#sends.values()) {
      send.sentAtMs = undefined
      send.notBeforeMs = 0
    }
  }

  /** Nobody waits for them any more. */
  forget(room: string): void {
    this.#sends.delete(room)
    this.#outboxes.delete(room)
  }

  clear(): void {
    this.#sends.clear()
    this.#outboxes.clear()
  }

  #answered(room: string, at: { outbox: string; number: number }): GroupSend | undefined {
    const send = this.#sends.get(room)
    return send?.outbox === at.outbox && send.number === at.number ? send : undefined
  }

  #anew(): { readonly outbox: string; readonly next: number } {
    return { outbox: randomId(this.#chance), next: 1 }
  }
}
