/**
 * How late the event loop runs: how much later than due the shell's own tick came, the worst of the
 * last second. It needs no timer of its own.
 */
const windowMs = 1_000

export class LoopDelay {
  readonly #everyMs: number
  #lastMs: number
  #windowFromMs: number
  #worst = 0
  #worstBefore = 0

  constructor(everyMs: number, nowMs: number) {
    this.#everyMs = everyMs
    this.#lastMs = nowMs
    this.#windowFromMs = nowMs
  }

  /** Call it at every tick. */
  tick(nowMs: number): void {
    const late = Math.max(0, nowMs - this.#lastMs - this.#everyMs)
    this.#lastMs = nowMs
    if (nowMs - this.#windowFromMs >= windowMs) {
      this.#worstBefore = this.#worst
      this.#worst = 0
      this.#windowFromMs = nowMs
    }
    this.#worst = Math.max(this.#worst, late)
  }

  get ms(): number {
    return Math.round(Math.max(this.#worst, this.#worstBefore))
  }
}
