/**
 * The end of a node's work: done when nothing waits and no front-end takes a feed from here any
 * more, for which they get a little time, or when time is up.
 */
import type { Now } from '../now.ts'
import type { BackendTuning } from './backend-io.ts'

export class Draining {
  readonly #tuning: BackendTuning
  #sinceMs: number | undefined
  #isDone = false

  constructor(tuning: BackendTuning) {
    this.#tuning = tuning
  }

  get isUnderWay(): boolean {
    return this.#sinceMs !== undefined
  }

  /** False when it has begun already. */
  begin(now: Now): boolean {
    if (this.#sinceMs !== undefined) return false
    this.#sinceMs = now.ms
    return true
  }

  /** True once, when it is over. */
  ends(now: Now, isQuiet: boolean): boolean {
    if (this.#sinceMs === undefined || this.#isDone) return false
    const tookMs = now.ms - this.#sinceMs
    const isLate = tookMs >= this.#tuning.drainMsMax
    const hadTime = tookMs >= 3 * this.#tuning.healthMs
    this.#isDone = isLate || (isQuiet && hadTime)
    return this.#isDone
  }
}
