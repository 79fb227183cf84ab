/** Which entries a tab was told of, so that another host tells none twice and hides no hole. */
export class EntriesTold {
  readonly #last = new Map<string, number>()
  /** Rooms of which the present host has told nothing new yet. */
  readonly #unsure = new Set<string>()

  hostChanged(): void {
    for (const room of this.#last.keys()) this.#unsure.add(room)
  }

  entry(
    room: string,
    index: number,
  ): { readonly isNews: boolean; readonly gap?: { readonly from: number; readonly to: number } } {
    const last = this.#last.get(room)
    if (last === undefined || !this.#unsure.has(room)) {
      this.#last.set(room, index)
      return { isNews: true }
    }
    if (index <= last) return { isNews: false }
    this.#unsure.delete(room)
    this.#last.set(room, index)
    if (index === last + 1) return { isNews: true }
    return { isNews: true, gap: { from: last + 1, to: index - 1 } }
  }

  gap(room: string, to: number): void {
    this.#unsure.delete(room)
    this.#last.set(room, to)
  }
}
