/**
 * Those who want to come in, in the order in which they came, while they are more than can be
 * served.
 *
 * Who waits longer than it is ready to has gone when its turn comes, and the work spent on it
 * delays the next, who then goes too: a front-end may be busy for ever and serve nobody. So whoever
 * cannot be served within `waitMsMax` is refused, at once where that is certain, and told when to
 * come again. Each is told another moment, one after the other, at twice the pace at which the line
 * was served lately: that some come too early and are refused again costs less than that nobody
 * comes when all could be served.
 *
 * The pace is that of times in which everybody waited; else it would be what was asked for.
 */
import type { Chance } from '../now.ts'

export interface WaitingLineOptions {
  readonly waitingMax: number
  readonly waitMsMax: number
  readonly chance: Chance
}

export interface Overdue<T> {
  readonly item: T
  readonly retryMs: number
}

const retryMsMin = 500
const retryMsMax = 15_000
/** Who waited for less was hardly held up. */
const heldUpMs = 300
/** For so long the pace is counted before it is believed. */
const paceMs = 500
/** Those who are told to come again do so at so many times the pace. */
const hope = 2
/** Nobody is told to wait as if it were slower. */
const perMsMin = 0.02

export class WaitingLine<T> {
  readonly #options: WaitingLineOptions
  /** Since when each waits; the one that came first is the first. */
  readonly #waiting = new Map<T, number>()
  /** Served a millisecond, as far as it is known. */
  #perMs: number | undefined
  #countedFromMs: number | undefined
  #served = 0
  /** Up to here the moments to come again are given away. */
  #bookedMs = Number.NEGATIVE_INFINITY
  refusedTotal = 0

  constructor(options: WaitingLineOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  /** The one that has waited longest. */
  get first(): T | undefined {
    for (const item of this.#waiting.keys()) return item
    return undefined
  }

  /** Undefined: it waits. Else it does not, and should come again after so many milliseconds. */
  join(nowMs: number, item: T): number | undefined {
    if (this.#waiting.size >= this.#sizeMax) return this.#refuse(nowMs)
    this.#waiting.set(item, nowMs)
    return undefined
  }

  /** It does not want to any more. */
  leave(item: T): void {
    this.#waiting.delete(item)
    if (this.#waiting.size === 0) this.#rest()
  }

  /** The first one's turn has come. */
  take(nowMs: number): T | undefined {
    const { first } = this
    if (first === undefined) return undefined
    if (nowMs - this.#waiting.get(first)! < heldUpMs) this.#rest()
    else this.#judge(nowMs)
    this.leave(first)
    return first
  }

  /** Something else goes first for now: what is served meanwhile is no pace. */
  distracted(): void {
    this.#countedFromMs = undefined
    this.#served = 0
  }

  /** Takes out those that have waited for too long. */
  takeOverdue(nowMs: number): readonly Overdue<T>[] {
    const overdue: Overdue<T>[] = []
    for (const [item, sinceMs] of this.#waiting) {
      if (nowMs - sinceMs <= this.#options.waitMsMax) break
      this.#waiting.delete(item)
      overdue.push({ item, retryMs: this.#refuse(nowMs) })
    }
    return overdue
  }

  /** No more than can be served in time, where that is known. */
  get #sizeMax(): number {
    const { waitingMax, waitMsMax } = this.#options
    if (this.#perMs === undefined) return waitingMax
    return Math.min(waitingMax, Math.max(1, Math.ceil(this.#perMs * waitMsMax)))
  }

  #refuse(nowMs: number): number {
    this.refusedTotal += 1
    const { waitingMax, waitMsMax } = this.#options
    const perMs = this.#perMs === undefined ? waitingMax / waitMsMax : this.#perMs * hope
    const freeMs = Math.max(this.#bookedMs, nowMs + this.#waiting.size / perMs)
    const waitMs = freeMs + 1 / perMs - nowMs
    if (waitMs > retryMsMax) return retryMsMax * (0.5 + 0.5 * this.#options.chance())
    this.#bookedMs = nowMs + waitMs
    return Math.max(retryMsMin, Math.ceil(waitMs))
  }

  #judge(nowMs: number): void {
    this.#countedFromMs ??= nowMs
    this.#served += 1
    const countedMs = nowMs - this.#countedFromMs
    if (countedMs < paceMs) return
    this.#perMs = Math.max(perMsMin, this.#served / countedMs)
    this.#countedFromMs = nowMs
    this.#served = 0
  }

  /** What was too slow is not any more. */
  #rest(): void {
    this.#perMs = undefined
    this.distracted()
  }
}
