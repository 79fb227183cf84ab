/**
 * The index of a profile in Node: one SQLite file, by FTS5, for its user alone. Words are cut and
 * folded by the code that the servers use, so both find the same; FTS5 gets bare words alone, and
 * keeps none of the text.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Entry } from '@starling/protocol/entry'
import { changed, type FoundMessage, messageOf, searchWords } from './found-message.ts'
import {
  hitOf,
  type LocalHit,
  type LocalIndex,
  type LocalQuery,
  queryWords,
} from './local-index.ts'

const messagesMax = 200_000
const busyMsMax = 2_000
/** Anew when it changes: whatever is not found any more is read again with its history. */
const schemaVersion = 1
const schema = `
  create table messages (
    id integer primary key, room text not null, idx integer not null, at integer not null,
    message text not null, unique (room, idx));
  create index messages_by_age on messages (at);
  create virtual table message_words using fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '1 2',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co' tokenchars '_'");
  pragma user_version = ${schemaVersion};
`

export function openSqliteIndex(path: string): LocalIndex {
  const database = new DatabaseSync(path, { timeout: busyMsMax })
  chmodSync(path, 0o600)
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on')
  database.exec('begin immediate')
  const version = Number(database.prepare('pragma user_version').get()?.user_version)
  if (version !== schemaVersion) {
    database.exec('drop table if exists messages; drop table if exists message_words')
    database.exec(schema)
  }
  database.exec('commit')
  return new SqliteIndex(database)
}

class SqliteIndex implements LocalIndex {
  readonly #database: DatabaseSync
  readonly #held
  readonly #put
  readonly #addWords
  readonly #removeWords
  readonly #find

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#held = database.prepare('select id, message from messages where room = ? and idx = ?')
    this.#put = database.prepare(
      `insert into messages (room, idx, at, message) values (?1, ?2, ?3, ?4)
       on conflict do update set at = ?3, message = ?4 returning id`,
    )
    this.#addWords = database.prepare('insert into message_words (rowid, words) values (?, ?)')
    this.#removeWords = database.prepare('delete from message_words where rowid = ?')
    this.#find = database.prepare(
      `select message from message_words cross join messages on messages.id = message_words.rowid
       where message_words match ?1 and room in (select value from json_each(?2))
         and (?3 is null or (at, room, idx) < (?3, ?4, ?5))
       order by at desc, room desc, idx desc limit ?6`,
    )
  }

  async put(room: string, entries: readonly Entry[]): Promise<void> {
    this.#transact(() => {
      for (const entry of entries) this.#putEntry(room, entry)
    })
  }

  async keepOnly(rooms: readonly string[]): Promise<void> {
    const others = 'room not in (select value from json_each(?))'
    this.#transact(() => this.#removeWhere(others, JSON.stringify(rooms)))
  }

  async search({ text, rooms, before, limit }: LocalQuery): Promise<readonly LocalHit[]> {
    const words = queryWords(text)
    if (words.length === 0 || rooms.length === 0) return []
    const place = [before?.at ?? null, before?.room ?? null, before?.index ?? null]
    const match = words.map((word) => `"${word}"*`).join(' AND ')
    const rows = this.#find.all(match, JSON.stringify(rooms), ...place, limit)
    return rows.map(({ message }) => hitOf(JSON.parse(String(message)) as FoundMessage, words))
  }

  async close(): Promise<void> {
    this.#transact(() =>
      this.#removeWhere(
        'at <= (select at from messages order by at desc limit 1 offset ?)',
        messagesMax,
      ),
    )
    this.#database.close()
  }

  #putEntry(room: string, entry: Entry): void {
    const index = messageOf(entry)
    if (index === undefined) return
    const row = this.#held.get(room, index)
    const held = row && (JSON.parse(String(row.message)) as FoundMessage)
    const message = changed(room, held, entry)
    if (message === undefined || JSON.stringify(message) === row?.message) return
    if (row !== undefined) this.#removeWords.run(Number(row.id))
    const id = this.#put.get(room, index, message.at, JSON.stringify(message))?.id
    const words = searchWords(message)
    if (words.length > 0) this.#addWords.run(Number(id), words.join(' '))
  }

  #removeWhere(condition: string, given: string | number): void {
    const ids = `select id from messages where ${condition}`
    this.#database.prepare(`delete from message_words where rowid in (${ids})`).run(given)
    this.#database.prepare(`delete from messages where id in (${ids})`).run(given)
  }

  #transact(act: () => void): void {
    this.#database.exec('begin immediate')
    try {
      act()
      this.#database.exec('commit')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }
}
