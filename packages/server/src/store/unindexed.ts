/**
 * The newest entries, which some indexes do not reach yet. An index whose order is not that in
 * which entries come (sends by outbox, words by FTS5) would have a page or a segment written for
 * nearly every entry. So the newest entries wait, and when there are `entriesMax` the transaction
 * that brought the last of them takes them all into these indexes. Whoever looks something up goes
 * through those that wait besides: the entries whose cursor is above `progress.indexed`.
 */
export const unindexedLimits = { entriesMax: 512 } as const

export interface LateIndex {
  /** Takes in the entries whose cursor is above `after`, up to `upTo`. */
  extend(after: number, upTo: number): void
}

export class Unindexed {
  readonly #entriesMax: number
  readonly #indexes: readonly LateIndex[]
  /** In the present transaction. */
  #indexed = 0
  #newest = 0

  constructor(entriesMax: number, indexes: readonly LateIndex[]) {
    this.#entriesMax = entriesMax
    this.#indexes = indexes
  }

  /** A transaction begins; the indexes reach up to the cursor. */
  begin(indexed: number): void {
    this.#indexed = indexed
    this.#newest = indexed
  }

  added(cursor: number): void {
    this.#newest = cursor
  }

  has(cursor: number): boolean {
    return cursor > this.#indexed
  }

  /** Up to where the indexes reach when the transaction ends. */
  finish(): number {
    if (this.#newest - this.#indexed >= this.#entriesMax) {
      for (const index of this.#indexes) index.extend(this.#indexed, this.#newest)
      this.#indexed = this.#newest
    }
    return this.#indexed
  }
}
