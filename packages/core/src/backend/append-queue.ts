/**
 * Batching towards the log. Operations that arrive in one turn become one record, up to the limits;
 * so do those that wait while `appendsInFlightMax` records are on their way. An operation is
 * settled when its record comes back from the log and is applied (never when the append is merely
 * acknowledged), or when the append failed, or when it waited too long. Settling with
 * `unavailable` is always safe: the front-end asks again, here or elsewhere, and a repeat is
 * harmless.
 */
import { bytesOf } from '../log/operation-bytes.ts'
import type { LoggedOperation, LogRecord, RoomOperation } from '../log/record.ts'
import type { Chance, Now } from '../now.ts'
import type { Outcome } from '../room/applied.ts'
import type { BackendTuning } from './backend-io.ts'

export type Settle = (outcome: Outcome, now: Now) => void

interface Waiting {
  /** Undefined for a barrier: settled when the log has reached it, with nothing done. */
  readonly op: LoggedOperation | undefined
  readonly settle: Settle
  readonly sinceMs: number
  readonly bytes: number
  readonly isFirst: boolean
}

interface AppendQueueOptions {
  readonly name: string
  readonly chance: Chance
  readonly tuning: BackendTuning
}

/** Outboxes whose newest number is remembered; beyond it all are forgotten. */
const outboxesMax = 20_000

const unavailable: Outcome = { ok: false, code: 'unavailable' }

export class AppendQueue {
  readonly #options: AppendQueueOptions
  readonly #incarnation: string
  #waiting: Waiting[] = []
  /** By record id; in the order they were sent. */
  readonly #inFlight = new Map<string, readonly Waiting[]>()
  /** Records whose append is not yet acknowledged; they hold a slot. */
  readonly #unacknowledged = new Set<string>()
  #records = 0
  #opsWaitingOrInFlight = 0
  /** Outbox → the number of its send that came here last. */
  readonly #newest = new Map<string, number>()

  constructor(options: AppendQueueOptions) {
    this.#options = options
    this.#incarnation = Math.floor(options.chance() * 2 ** 48).toString(36)
  }

  /** Operations that wait for the log. */
  get size(): number {
    return this.#opsWaitingOrInFlight
  }

  get appendsTotal(): number {
    return this.#records
  }

  add(now: Now, op: LoggedOperation | undefined, settle: Settle): void {
    const bytes = op === undefined ? 0 : bytesOf(op)
    if (op?.kind === 'room') this.#remember(op)
    this.#waiting.push({ op, settle, sinceMs: now.ms, bytes, isFirst: false })
    this.#opsWaitingOrInFlight += 1
  }

  /** Goes before all that waits, and even while that is held. */
  addFirst(now: Now, op: LoggedOperation | undefined, settle: Settle): void {
    this.#waiting.unshift({ op, settle, sinceMs: now.ms, bytes: 0, isFirst: true })
    this.#opsWaitingOrInFlight += 1
  }

  /**
   * The send comes after the one that came here last of its outbox. So nothing is known of it, or
   * another backend was asked it meanwhile, which is rare; the log takes either.
   */
  isNext(op: LoggedOperation): boolean {
    return op.kind === 'room' && this.#newest.get(op.outbox) === op.number - 1
  }

  /** Whether this node made the record, whatever became of its append. */
  isOwn(recordId: string): boolean {
    return recordId.startsWith(`${this.#options.name}.${this.#incarnation}.`)
  }

  /** The records to append now. `isHeld`: only what goes first. */
  take(now: Now, isHeld = false): readonly LogRecord[] {
    const records: LogRecord[] = []
    while (this.#unacknowledged.size < this.#options.tuning.appendsInFlightMax) {
      const batch = this.#waiting.splice(0, this.#batchLength(isHeld))
      if (batch.length === 0) break
      this.#records += 1
      const id = `${this.#options.name}.${this.#incarnation}.${this.#records}`
      this.#inFlight.set(id, batch)
      this.#unacknowledged.add(id)
      const ops = batch.flatMap((item) => (item.op === undefined ? [] : [item.op]))
      records.push({ id, at: now.wallMs, ops })
    }
    return records
  }

  /** The slot is free; the operations still wait for their record to be applied. */
  acknowledged(recordId: string): void {
    this.#unacknowledged.delete(recordId)
  }

  failed(now: Now, recordId: string): void {
    this.#unacknowledged.delete(recordId)
    const batch = this.#inFlight.get(recordId)
    if (batch === undefined) return
    this.#inFlight.delete(recordId)
    for (const item of batch) this.#settle(item, unavailable, now)
  }

  /**
   * The record was applied. `outcomes` are those of its operations; without them (another process
   * of a shared store applied it) `known` tells what is known, and what is not goes into the queue
   * again.
   */
  applied(
    now: Now,
    record: { id: string; outcomes: readonly Outcome[] | undefined },
    known: (op: LoggedOperation) => Outcome | undefined,
  ): void {
    this.#unacknowledged.delete(record.id)
    const batch = this.#inFlight.get(record.id)
    if (batch === undefined) return
    this.#inFlight.delete(record.id)
    let at = 0
    for (const item of batch) {
      if (item.op === undefined) {
        this.#settle(item, { ok: true, index: 0, at: 0 }, now)
        continue
      }
      const outcome = record.outcomes?.[at] ?? known(item.op)
      at += 1
      if (outcome === undefined) this.#waiting.push(item)
      else this.#settle(item, outcome, now)
    }
  }

  /** Gives up what waited too long. */
  expire(now: Now): void {
    const limit = now.ms - this.#options.tuning.requestWaitMsMax
    const late = this.#waiting.filter((item) => item.sinceMs <= limit)
    if (late.length > 0) this.#waiting = this.#waiting.filter((item) => item.sinceMs > limit)
    for (const item of late) this.#settle(item, unavailable, now)
    for (const [id, batch] of this.#inFlight) {
      if (batch.every((item) => item.sinceMs <= limit)) this.failed(now, id)
    }
  }

  #remember({ outbox, number }: RoomOperation): void {
    if (this.#newest.size >= outboxesMax) this.#newest.clear()
    this.#newest.set(outbox, number)
  }

  #batchLength(isHeld: boolean): number {
    const { opsPerRecordMax, recordBytesMax } = this.#options.tuning
    let length = 0
    let bytes = 0
    for (const item of this.#waiting) {
      if (isHeld && !item.isFirst) break
      bytes += item.bytes
      if (length > 0 && (length >= opsPerRecordMax || bytes > recordBytesMax)) break
      length += 1
    }
    return length
  }

  #settle(item: Waiting, outcome: Outcome, now: Now): void {
    this.#opsWaitingOrInFlight -= 1
    item.settle(outcome, now)
  }
}
