/** The entries of all rooms, the outboxes that made them, and the indexes of both. */
import type { DatabaseSync } from 'node:sqlite'
import type { OutboxRow } from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import { RowCache } from './row-cache.ts'
import { number, type Row, text } from './rows.ts'
import type { SearchIndex } from './search-index.ts'
import { SendIndex } from './send-index.ts'
import { Unindexed } from './unindexed.ts'

export class EntryTables {
  readonly outboxCache = new RowCache<OutboxRow>((row) => this.#writeOutbox(row))
  readonly unindexed: Unindexed
  readonly #searchIndex: SearchIndex
  readonly #sendIndex: SendIndex
  readonly #outbox
  readonly #putOutbox
  readonly #entry
  readonly #entries
  readonly #insert
  readonly #replace
  readonly #edits

  constructor(db: DatabaseSync, searchIndex: SearchIndex, unindexedMax: number) {
    this.#searchIndex = searchIndex
    this.#sendIndex = new SendIndex(db)
    this.unindexed = new Unindexed(unindexedMax, [searchIndex, this.#sendIndex])
    this.#outbox = db.prepare('SELECT * FROM outboxes WHERE room = ? AND outbox = ?')
    this.#putOutbox = db.prepare(
      `INSERT INTO outboxes (room, outbox, user, last, refusals) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (room, outbox) DO UPDATE SET user = excluded.user, last = excluded.last,
         refusals = excluded.refusals`,
    )
    this.#entry = db.prepare(
      'SELECT cursor, entry FROM entries WHERE room = ? AND number_in_room = ?',
    )
    this.#entries = db.prepare(
      `SELECT number_in_room, entry FROM entries WHERE room = ? AND number_in_room >= ?
       ORDER BY number_in_room LIMIT ? + 0`,
    )
    this.#insert = db.prepare(
      `INSERT INTO entries (room, number_in_room, at, outbox, number, edit_of, entry)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room, number_in_room) DO NOTHING`,
    )
    this.#replace = db.prepare(
      `UPDATE entries SET at = ?, outbox = ?, number = ?, edit_of = ?, entry = ? WHERE cursor = ?`,
    )
    this.#edits = db.prepare(
      'SELECT number_in_room FROM entries WHERE room = ? AND edit_of = ? ORDER BY number_in_room',
    )
  }

  outbox(room: string, outbox: string): OutboxRow | undefined {
    return this.outboxCache.get(`${room} ${outbox}`, () => {
      const row = this.#outbox.get(room, outbox)
      return row && outboxOf(row)
    })
  }

  putOutbox(row: OutboxRow): void {
    this.outboxCache.put(`${row.room} ${row.outbox}`, row)
  }

  #writeOutbox({ room, outbox, user, last, refusals }: OutboxRow): void {
    this.#putOutbox.run(room, outbox, user, last, JSON.stringify(refusals))
  }

  sent(room: string, outbox: string, count: number): { index: number; at: number } | undefined {
    return this.#sendIndex.find(room, outbox, count)
  }

  entry(room: string, index: number): Entry | undefined {
    const row = this.#entry.get(room, index)
    return row && JSON.parse(text(row, 'entry'))
  }

  entries(room: string, from: number, limit: number): readonly Entry[] {
    const rows = this.#entries.all(room, from, limit)
    const hole = rows.findIndex((row, at) => number(row, 'number_in_room') !== from + at)
    const dense = hole < 0 ? rows : rows.slice(0, hole)
    return dense.map((row): Entry => JSON.parse(text(row, 'entry')))
  }

  putEntry(room: string, entry: Entry): void {
    const { index, at } = entry
    const outbox = entry.outbox ?? null
    const count = entry.number ?? null
    const editOf = entry.kind === 'edit' ? entry.target : null
    const json = JSON.stringify(entry)
    const made = this.#insert.run(room, index, at, outbox, count, editOf, json)
    if (made.changes === 1) {
      this.unindexed.added(Number(made.lastInsertRowid))
      return
    }
    const row = this.#entry.get(room, index)
    if (!row) throw new Error(`entry ${index} of ${room} is there and is not`)
    const cursor = number(row, 'cursor')
    const before: Entry = JSON.parse(text(row, 'entry'))
    this.#replace.run(at, outbox, count, editOf, json, cursor)
    if (this.unindexed.has(cursor)) return
    if (entry.outbox !== undefined && entry.number !== undefined) {
      this.#sendIndex.put({ room, outbox: entry.outbox, number: entry.number, cursor })
    }
    const textBefore = before.kind === 'post' ? before.text : ''
    const textNow = entry.kind === 'post' ? entry.text : ''
    if (textBefore !== textNow) this.#searchIndex.changed({ cursor, room, text: textNow })
  }

  edits(room: string, target: number): readonly number[] {
    return this.#edits.all(room, target).map((row) => number(row, 'number_in_room'))
  }
}

function outboxOf(row: Row): OutboxRow {
  return {
    room: text(row, 'room'),
    outbox: text(row, 'outbox'),
    user: text(row, 'user'),
    last: number(row, 'last'),
    refusals: JSON.parse(text(row, 'refusals')),
  }
}
