/** Counts how often each named limit was reached. */
export class LimitCounts {
  readonly #totals = new Map<string, number>()

  reached(limit: string): void {
    this.#totals.set(limit, (this.#totals.get(limit) ?? 0) + 1)
  }

  get totals(): { readonly [limit: string]: number } {
    return Object.fromEntries(this.#totals)
  }
}
