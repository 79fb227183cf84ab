/**
 * Rows of one table that were read or put within the present transaction, in which nobody else can
 * change them. Outside transactions it keeps nothing, since others may write then.
 */
export class RowCache<Row> {
  #rows: Map<string, Row | undefined> | undefined

  begin(): void {
    this.#rows = new Map()
  }

  end(): void {
    this.#rows = undefined
  }

  get(key: string, read: () => Row | undefined): Row | undefined {
    const rows = this.#rows
    if (rows === undefined) return read()
    const known = rows.get(key)
    if (known !== undefined || rows.has(key)) return known
    const row = read()
    rows.set(key, row)
    return row
  }

  /** Undefined: the row is gone. */
  put(key: string, row: Row | undefined): void {
    this.#rows?.set(key, row)
  }
}
