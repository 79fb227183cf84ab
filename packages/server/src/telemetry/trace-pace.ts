/**
 * At most one trace line a second of a kind that strangers can cause, so that they cannot fill a
 * disk; the next line says how many were left out.
 */
const everyMs = 1_000

export class TracePace {
  #lastMs = Number.NEGATIVE_INFINITY
  #leftOut = 0

  /** Undefined: write none now. Else how many were left out before. */
  next(nowMs: number): number | undefined {
    if (nowMs - this.#lastMs < everyMs) {
      this.#leftOut += 1
      return undefined
    }
    const leftOut = this.#leftOut
    this.#lastMs = nowMs
    this.#leftOut = 0
    return leftOut
  }
}
