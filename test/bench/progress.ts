/**
 * Tells what was measured and about how long the rest will take: a step that was done before takes
 * as long again, one that was not takes the mean of the others.
 */
export class Progress {
  readonly #left: string[]
  readonly #count: number
  readonly #tookMs = new Map<string, number>()
  readonly #now: () => number
  readonly #say: (line: string) => void
  #sinceMs: number

  /** Each step as often as it will be done. */
  constructor(
    steps: readonly string[],
    { now, say }: { readonly now: () => number; readonly say: (line: string) => void },
  ) {
    this.#left = [...steps]
    this.#count = steps.length
    this.#now = now
    this.#say = say
    this.#sinceMs = now()
  }

  done(step: string, what: string): void {
    const nowMs = this.#now()
    this.#tookMs.set(step, nowMs - this.#sinceMs)
    this.#sinceMs = nowMs
    this.passed(step, what)
  }

  /** It was not measured and never will be. */
  passed(step: string, what: string): void {
    const at = this.#left.indexOf(step)
    if (at >= 0) this.#left.splice(at, 1)
    const place = `${this.#count - this.#left.length} of ${this.#count}`
    this.#say(`[${place}, ${this.#timeLeft()}] ${step}: ${what}`)
  }

  #timeLeft(): string {
    const known = [...this.#tookMs.values()]
    const meanMs = known.reduce((sum, ms) => sum + ms, 0) / Math.max(known.length, 1)
    const leftMs = this.#left.reduce((sum, step) => sum + (this.#tookMs.get(step) ?? meanMs), 0)
    return leftMs < 90_000
      ? `about ${Math.ceil(leftMs / 1_000)} s left`
      : `about ${Math.round(leftMs / 60_000)} min left`
  }
}
