/** Running totals by name. At most `namesMax` names, so that no input can grow them without end. */
const namesMax = 64

export class Counts {
  readonly #totals = new Map<string, number>()

  add(name: string): void {
    const key = this.#totals.has(name) || this.#totals.size < namesMax ? name : 'other'
    this.#totals.set(key, (this.#totals.get(key) ?? 0) + 1)
  }

  totals(): { readonly [name: string]: number } {
    return Object.fromEntries(this.#totals)
  }
}
