/**
 * One outbox: sends of one device to one room, numbered 1, 2, 3 … when composed, acknowledged in
 * that order. At most `window` of them are on the wire at once, always the first ones. Whatever
 * goes wrong, the lane goes back to its first unacknowledged send and goes on in order from there:
 *
 * - a lost connection: all that was on the wire is sent again (the same numbers, so it stands
 *   once);
 * - `later`: after a pause, and first one at a time until it goes well again;
 * - `reorder`: an earlier one is missing there; what follows it was not consumed;
 * - `seal`: its epoch went stale, nothing was consumed; it is sealed anew under the same number;
 * - a refusal for good consumes the number: the send leaves the lane, those behind it go on.
 *
 * A number that is first here and yet out of turn there means that the server lost the outbox (it
 * was set up anew). Nothing of it can ever be applied again, so the lane goes on as a new outbox.
 */
import type { Now } from '../now.ts'
import type { ClientTuning, OutboxItem } from './client-io.ts'

export type LaneTrouble = 'later' | 'reorder'

export class OutboxLane {
  readonly room: string
  outbox: string
  next: number
  #items: OutboxItem[] = []
  /** Number → when it was sent on this connection. */
  readonly #onWire = new Map<number, number>()
  #window: number
  #pausedUntilMs = 0
  #headStrikes = 0
  readonly #tuning: ClientTuning

  constructor(at: { room: string; outbox: string; next: number }, tuning: ClientTuning) {
    this.room = at.room
    this.outbox = at.outbox
    this.next = at.next
    this.#tuning = tuning
    this.#window = tuning.sendsInFlightMax
  }

  get items(): readonly OutboxItem[] {
    return this.#items
  }

  get isOnWire(): boolean {
    return this.#onWire.size > 0
  }

  add(item: OutboxItem): void {
    this.#items.push(item)
    this.next = item.number + 1
  }

  isOnWireNow(number: number): boolean {
    return this.#onWire.has(number)
  }

  /**
   * What may go on the wire now, of what was composed until then, with what of it goes there. While
   * that is not known of one (`operation` says undefined), none after it goes either.
   */
  due<T>(
    now: Now,
    composedAtMax: number,
    operation: (item: OutboxItem) => T | undefined,
  ): readonly (readonly [OutboxItem, T])[] {
    if (now.ms < this.#pausedUntilMs) return []
    const end = this.#items.findIndex((item) => item.composedAt > composedAtMax)
    const due: (readonly [OutboxItem, T])[] = []
    let isHeld = false
    const window = Math.min(this.#window, end < 0 ? this.#window : Math.max(1, end))
    for (const item of this.#items.slice(0, window)) {
      if (this.#onWire.has(item.number)) continue
      const op = operation(item)
      if (op === undefined) isHeld = true
      else if (!isHeld) due.push([item, op])
    }
    for (const [item] of due) this.#onWire.set(item.number, now.ms)
    return due
  }

  /** Acknowledged or refused for good: out of the lane. Undefined when it was already. */
  take(number: number): OutboxItem | undefined {
    const at = this.#items.findIndex((item) => item.number === number)
    if (at < 0) return undefined
    const [item] = this.#items.splice(at, 1)
    this.#onWire.delete(number)
    this.#window = Math.min(this.#window * 2, this.#tuning.sendsInFlightMax)
    this.#headStrikes = 0
    return item
  }

  /**
   * Goes back to the first unacknowledged. A refusal of what is not on the wire any more tells of
   * an earlier flight and means nothing. True when the server lost the outbox.
   */
  goBack(now: Now, number: number, trouble: { kind: LaneTrouble; waitMs: number }): boolean {
    if (!this.#onWire.has(number)) return false
    const isHead = this.#items[0]?.number === number
    this.#onWire.clear()
    this.#window = 1
    this.#pausedUntilMs = now.ms + trouble.waitMs
    if (trouble.kind === 'reorder' && isHead) this.#headStrikes += 1
    return this.#headStrikes >= this.#tuning.headOutOfTurnMax
  }

  /** A new connection: nothing is on the wire. */
  reconnected(): void {
    this.#onWire.clear()
    this.#window = this.#tuning.sendsInFlightMax
    this.#pausedUntilMs = 0
  }

  tick(now: Now): void {
    for (const sentAtMs of this.#onWire.values()) {
      if (now.ms - sentAtMs < this.#tuning.sendMsMax) continue
      this.#onWire.clear()
      this.#window = 1
      return
    }
  }

  /** The same sends as another outbox, from 1 on. Returns old and new, side by side. */
  renew(outbox: string): readonly (readonly [OutboxItem, OutboxItem])[] {
    const pairs = this.#items.map(
      (item, at) => [item, { ...item, outbox, number: at + 1 }] as const,
    )
    this.#items = pairs.map(([, renewed]) => renewed)
    this.outbox = outbox
    this.next = pairs.length + 1
    this.#headStrikes = 0
    this.reconnected()
    return pairs
  }

  clear(): readonly OutboxItem[] {
    this.reconnected()
    return this.#items.splice(0)
  }
}
