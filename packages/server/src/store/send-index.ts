/** Which entry a send made, by outbox and number; of the newest: unindexed.ts. */
import type { DatabaseSync } from 'node:sqlite'
import { number } from './rows.ts'
import type { LateIndex } from './unindexed.ts'

export class SendIndex implements LateIndex {
  readonly #extend
  readonly #put
  readonly #find

  constructor(db: DatabaseSync) {
    // In the order of the index, so that its pages are each touched once.
    this.#extend = db.prepare(
      `INSERT OR IGNORE INTO sends (room, outbox, number, cursor)
       SELECT room, outbox, number, cursor FROM entries
       WHERE cursor > ? AND cursor <= ? AND outbox IS NOT NULL AND number IS NOT NULL
       ORDER BY room, outbox, number, cursor`,
    )
    this.#put = db.prepare(
      'INSERT OR REPLACE INTO sends (room, outbox, number, cursor) VALUES (?, ?, ?, ?)',
    )
    // One statement, hence one view: meanwhile another process may take the newest in. Without the
    // sign SQLite might walk the room instead of the few newest entries.
    this.#find = db.prepare(
      `SELECT entries.number_in_room, entries.at
       FROM sends CROSS JOIN entries ON entries.cursor = sends.cursor
       WHERE sends.room = ?1 AND sends.outbox = ?2 AND sends.number = ?3
         AND entries.outbox = ?2 AND entries.number = ?3
       UNION ALL
       SELECT number_in_room, at FROM entries
       WHERE cursor > (SELECT indexed FROM progress)
         AND +room = ?1 AND outbox = ?2 AND number = ?3
       LIMIT 1`,
    )
  }

  extend(after: number, upTo: number): void {
    this.#extend.run(after, upTo)
  }

  /** Of an entry that is not among the newest. */
  put(send: { room: string; outbox: string; number: number; cursor: number }): void {
    this.#put.run(send.room, send.outbox, send.number, send.cursor)
  }

  find(room: string, outbox: string, count: number): { index: number; at: number } | undefined {
    const row = this.#find.get(room, outbox, count)
    return row && { index: number(row, 'number_in_room'), at: number(row, 'at') }
  }
}
