/**
 * One view of a shared file for all reads of a turn. Outside a transaction SQLite takes and gives
 * back the locks of a reader with each statement, which costs more than what a small one reads.
 * `begin` opens a reading transaction that ends by itself once the code that runs now is through
 * (a microtask), or when somebody here wants to write. So what is read together is of one state,
 * and no view outlives a turn: it would keep the WAL from being copied into the database.
 */
import type { DatabaseSync } from 'node:sqlite'

export class ReadTurn {
  readonly #db: DatabaseSync
  readonly #begin
  readonly #end
  #isOpen = false
  #views = 0

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#begin = db.prepare('BEGIN')
    this.#end = db.prepare('COMMIT')
  }

  /**
   * Another number for each view, so what was read in a view holds while its number is answered.
   * Undefined within a transaction of somebody who writes.
   */
  begin(): number | undefined {
    if (this.#isOpen) return this.#views
    if (this.#db.isTransaction) return undefined
    this.#begin.run()
    this.#isOpen = true
    this.#views += 1
    queueMicrotask(() => this.end())
    return this.#views
  }

  /** To be called before a transaction that writes, and before the file is closed. */
  end(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    // After some errors SQLite has ended it by itself.
    if (this.#db.isTransaction) this.#end.run()
  }
}
