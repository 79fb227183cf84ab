/** The rows of the log, and the probes that tell whether it can be written. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { LogRecord, Position, PositionedRecord } from '@starling/core/log/record'
import { damaged } from './sqlite-trouble.ts'

interface Range {
  readonly upTo: Position
  readonly recordsMax: number
  readonly charactersMax: number
}

/** In order. `isAll`: there are no more in the range. At least one where there is one. */
interface Part {
  readonly records: readonly PositionedRecord[]
  readonly isAll: boolean
}

export class RecordTable {
  readonly #path: string
  readonly #head: StatementSync
  readonly #positionOf: StatementSync
  readonly #insert: StatementSync
  readonly #range: StatementSync
  readonly #fill: StatementSync
  readonly #unfill: StatementSync

  constructor(db: DatabaseSync, path: string) {
    this.#path = path
    this.#head = db.prepare('SELECT max(position) AS head FROM records')
    this.#positionOf = db.prepare('SELECT position FROM records WHERE id = ?')
    this.#insert = db.prepare('INSERT INTO records (position, id, record) VALUES (?, ?, ?)')
    // Not `LIMIT ?`: SQLite would prepare the statement anew whenever that is bound.
    this.#range = db.prepare(
      'SELECT position, record FROM records WHERE position > ? AND position <= ? ' +
        'ORDER BY position LIMIT ? + 0',
    )
    this.#fill = db.prepare('INSERT OR REPLACE INTO probes VALUES (1, zeroblob(?))')
    this.#unfill = db.prepare('DELETE FROM probes')
  }

  head(): Position {
    return Number(this.#head.get()?.head ?? 0)
  }

  positionOf(id: string): Position | undefined {
    const row = this.#positionOf.get(id)
    return row && Number(row.position)
  }

  insert(position: Position, record: { readonly id: string; readonly text: string }): void {
    this.#insert.run(position, record.id, record.text)
  }

  after(position: Position, range: Range): Part {
    const records: PositionedRecord[] = []
    let characters = 0
    for (const row of this.#range.iterate(position, range.upTo, range.recordsMax)) {
      const text = String(row.record)
      characters += text.length
      if (records.length > 0 && characters > range.charactersMax) return { records, isAll: false }
      records.push({ position: Number(row.position), record: this.#parse(text, row) })
    }
    return { records, isAll: records.length < range.recordsMax }
  }

  #parse(text: string, row: Record<string, unknown>): LogRecord {
    try {
      return JSON.parse(text)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw damaged(this.#path, `the record at position ${row.position} is not JSON`)
    }
  }

  fill(bytes: number): void {
    this.#fill.run(bytes)
  }

  unfill(): void {
    this.#unfill.run()
  }
}
