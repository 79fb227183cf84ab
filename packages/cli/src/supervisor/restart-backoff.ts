/** How long to wait before a dead process is started again: at once first, then ever longer. */
export interface BackoffTuning {
  readonly firstMs: number
  readonly maxMs: number
  /** Up for so long: the next death is a first one again. */
  readonly stableMs: number
}

export const backoffTuning: BackoffTuning = { firstMs: 50, maxMs: 5_000, stableMs: 10_000 }

export class RestartBackoff {
  readonly #tuning: BackoffTuning
  #nextMs: number

  constructor(tuning: BackoffTuning) {
    this.#tuning = tuning
    this.#nextMs = tuning.firstMs
  }

  /** `upMs`: how long it had been ready. */
  died(upMs: number): number {
    if (upMs >= this.#tuning.stableMs) this.#nextMs = this.#tuning.firstMs
    const waitMs = this.#nextMs
    this.#nextMs = Math.min(waitMs * 2, this.#tuning.maxMs)
    return waitMs
  }
}
