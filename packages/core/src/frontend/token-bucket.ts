/**
 * Bounds a rate: a bucket of `burst` tokens that refills at `perSecond`. Taking more than is there
 * takes nothing and says how long to wait.
 */
/** What fractions of tokens may be off by. */
const roundingMax = 1e-6

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #atMs: number

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#atMs = nowMs
  }

  /** 0 when the tokens were taken, else after how many milliseconds they will be there. */
  take(nowMs: number, tokens: number): number {
    const waitMs = this.waitMs(nowMs, tokens)
    if (waitMs === 0) this.#tokens -= tokens
    return waitMs
  }

  waitMs(nowMs: number, tokens: number): number {
    this.#refill(nowMs)
    const missing = tokens - this.#tokens
    if (missing < roundingMax) return 0
    return Math.ceil((missing * 1_000) / this.#rate.perSecond - roundingMax)
  }

  isFull(nowMs: number): boolean {
    this.#refill(nowMs)
    return this.#tokens > this.#rate.burst - roundingMax
  }

  #refill(nowMs: number): void {
    const gained = (Math.max(nowMs - this.#atMs, 0) * this.#rate.perSecond) / 1_000
    this.#tokens = Math.min(this.#tokens + gained, this.#rate.burst)
    this.#atMs = Math.max(this.#atMs, nowMs)
  }
}
