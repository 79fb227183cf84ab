/**
 * Rows of one table that were read or put in transactions, in which nobody else can change them.
 * They are kept from one transaction to the next as long as nobody else has written in between;
 * outside transactions nothing is answered from them, since others may write then. With `write` a
 * row is not written when it is put but once, by `flush`, however often it was put meanwhile.
 */

/** When there are more at the beginning of a transaction, all are forgotten. */
const rowsMax = 10_000

export class RowCache<Row> {
  readonly #write: ((row: Row) => void) | undefined
  readonly #rows = new Map<string, Row | undefined>()
  /** Put and not yet written. */
  readonly #due = new Map<string, Row>()
  #isOn = false

  constructor(write?: (row: Row) => void) {
    this.#write = write
  }

  /** `isFresh`: nobody else has written since the last transaction here ended. */
  begin(isFresh: boolean): void {
    if (!isFresh || this.#rows.size > rowsMax) this.#rows.clear()
    this.#isOn = true
  }

  /** `stands`: what was put stands; else it is as if it had never been put. */
  end(stands: boolean): void {
    if (!stands) this.#rows.clear()
    this.#due.clear()
    this.#isOn = false
  }

  get(key: string, read: () => Row | undefined): Row | undefined {
    if (!this.#isOn) return read()
    const known = this.#rows.get(key)
    if (known !== undefined || this.#rows.has(key)) return known
    const row = read()
    this.#rows.set(key, row)
    return row
  }

  put(key: string, row: Row): void {
    if (!this.#isOn) throw new Error('rows are put inside transact only')
    this.#rows.set(key, row)
    if (this.#write !== undefined) this.#due.set(key, row)
  }

  gone(key: string): void {
    if (this.#isOn) this.#rows.set(key, undefined)
  }

  /** Before the table is asked what the cache cannot answer, and before the transaction ends. */
  flush(): void {
    if (this.#write === undefined || this.#due.size === 0) return
    for (const row of this.#due.values()) this.#write(row)
    this.#due.clear()
  }
}
