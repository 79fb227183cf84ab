/**
 * For how long what is due to clients gathers before it is written. The kernel's write is what a
 * delivery costs, whether it carries one message or twenty; so when the event loop has hardly a
 * free moment, waiting a few milliseconds makes fewer writes of the same bytes, and the time won
 * serves everybody sooner than the wait delays them.
 *
 * The window is shut while there is time to spare: what a turn brought leaves at its end. Each
 * `judgeMs` in which the loop was busy doubles it, up to `widestMs`; one in which it was not halves
 * it, and an idle one shuts it. What comes after a pause longer than the window never waits.
 */
const judgeMs = 50
const busyShare = 0.85
const easyShare = 0.6
const idleShare = 0.3
const narrowestMs = 1

export interface FlushWindowOptions {
  readonly widestMs: number
  /** Share of the time since it was asked last in which the event loop did not wait. */
  readonly utilization: () => number
}

export class FlushWindow {
  readonly #options: FlushWindowOptions
  #ms = 0
  #flushedMs = Number.NEGATIVE_INFINITY
  #judgedMs = Number.NEGATIVE_INFINITY

  constructor(options: FlushWindowOptions) {
    this.#options = options
  }

  get ms(): number {
    return this.#ms
  }

  /** How much longer to gather; 0: write now. */
  waitMs(nowMs: number): number {
    if (nowMs - this.#judgedMs >= judgeMs) {
      this.#judgedMs = nowMs
      this.#ms = this.#judge(this.#options.utilization())
    }
    return Math.max(0, this.#flushedMs + this.#ms - nowMs)
  }

  flushed(nowMs: number): void {
    this.#flushedMs = nowMs
  }

  #judge(share: number): number {
    if (share >= busyShare) {
      return Math.min(Math.max(this.#ms * 2, narrowestMs), this.#options.widestMs)
    }
    if (share < idleShare) return 0
    if (share >= easyShare) return this.#ms
    return this.#ms > narrowestMs ? this.#ms / 2 : 0
  }
}
