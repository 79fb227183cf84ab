/**
 * The way from one machine to another, in one direction. Faults close it (several at once may; it
 * is open again when the last of them is over) or make it slow. TCP hides loss: a lost segment
 * stalls the stream until it is sent again, so loss is a longer delay here and never a missing
 * frame.
 */
import type { Random } from '../random.ts'

export interface PathConditions {
  /** Least time under way, and the mean of what chance adds. */
  delayMs: number
  jitterMs: number
  /** Share of frames that need to be sent again, and how long that takes. */
  lossShare: number
  resendMs: number
}

export class Path {
  readonly from: string
  readonly to: string
  /** Added by a fault. */
  extraDelayMs = 0
  #closers = 0
  readonly #conditions: PathConditions
  readonly #random: Random
  /** Streams that found the path closed. */
  #waiting: (() => void)[] = []

  constructor(ends: { from: string; to: string }, conditions: PathConditions, random: Random) {
    this.from = ends.from
    this.to = ends.to
    this.#conditions = conditions
    this.#random = random
  }

  get isOpen(): boolean {
    return this.#closers === 0
  }

  close(): void {
    this.#closers++
  }

  open(): void {
    this.#closers--
    if (this.#closers > 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  whenOpen(wake: () => void): void {
    this.#waiting.push(wake)
  }

  drawDelayMs(): number {
    const { delayMs, jitterMs, lossShare, resendMs } = this.#conditions
    const jitter = jitterMs * -Math.log(1 - this.#random.next())
    const lost = lossShare > 0 && this.#random.isHit(lossShare) ? resendMs : 0
    return delayMs + Math.min(jitter, jitterMs * 10) + lost + this.extraDelayMs
  }
}

/** All paths between machines, made when first used. */
export class Paths {
  readonly conditions: PathConditions
  readonly #random: Random
  readonly #paths = new Map<string, Path>()

  constructor(conditions: PathConditions, random: Random) {
    this.conditions = conditions
    this.#random = random
  }

  between(from: string, to: string): Path {
    const key = `${from} ${to}`
    let path = this.#paths.get(key)
    if (path === undefined) {
      path = new Path({ from, to }, this.conditions, this.#random.fork(key))
      this.#paths.set(key, path)
    }
    return path
  }
}
