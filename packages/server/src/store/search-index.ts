/**
 * Full-text search of the present texts of posts, by FTS5.
 *
 * Words are cut and folded here, by the same code as in the store in memory, so both find the
 * same. FTS5 gets bare words and keeps none of the text (contentless, without positions). Beside
 * its words each post has one word that names its room, which no text can contain, since it
 * begins with "_"; so a search of few rooms walks their posts alone, however much is written
 * elsewhere.
 *
 * A query is made of quoted bare words only: nothing that a person writes is read as query
 * syntax.
 */
import type { DatabaseSync } from 'node:sqlite'
import { findWords, markWords, wordsOf } from '@starling/core/room/search-words'
import type { SearchQuery, SearchRow } from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import { number, type Row, text } from './rows.ts'

export const searchLimits = {
  /** Words beyond these are not searched for. */
  wordsMax: 16,
  /** More rooms than these are not named in the query but sorted out of what it finds. */
  roomsNamedMax: 200,
} as const

interface Post {
  readonly cursor: number
  readonly room: string
  readonly text: string
}

export class SearchIndex {
  readonly #add
  readonly #remove
  readonly #find

  constructor(db: DatabaseSync) {
    this.#add = db.prepare('INSERT INTO post_words (rowid, words) VALUES (?, ?)')
    this.#remove = db.prepare('DELETE FROM post_words WHERE rowid = ?')
    this.#find = db.prepare(
      `SELECT entries.cursor, entries.room, entries.entry
       FROM post_words CROSS JOIN entries ON entries.cursor = post_words.rowid
       WHERE post_words MATCH ?1 AND post_words.rowid < ?2
         AND entries.room IN (SELECT value FROM json_each(?3))
       ORDER BY post_words.rowid DESC LIMIT ?4`,
    )
  }

  add({ cursor, room, text }: Post): void {
    const words = [...new Set(wordsOf(text))]
    if (words.length > 0) this.#add.run(cursor, [...words, roomWord(room)].join(' '))
  }

  remove(cursor: number): void {
    this.#remove.run(cursor)
  }

  search({ text, rooms, before, limit }: SearchQuery): readonly SearchRow[] {
    const bare = wordsOf(text).filter((word) => word !== '')
    const words = [...new Set(bare)].slice(0, searchLimits.wordsMax)
    if (words.length === 0 || rooms.length === 0) return []
    const clauses = words.map((word) => `"${word}"*`)
    if (rooms.length <= searchLimits.roomsNamedMax) {
      clauses.push(`(${rooms.map((room) => `"${roomWord(room)}"`).join(' OR ')})`)
    }
    const last = before ?? Number.MAX_SAFE_INTEGER
    const rows = this.#find.all(clauses.join(' AND '), last, JSON.stringify(rooms), limit)
    return rows.map((row) => hitOf(row, words))
  }
}

function roomWord(room: string): string {
  return `_${Buffer.from(room).toString('hex')}`
}

function hitOf(row: Row, words: readonly string[]): SearchRow {
  const entry: Entry = JSON.parse(text(row, 'entry'))
  const written = entry.kind === 'post' ? entry.text : ''
  return {
    cursor: number(row, 'cursor'),
    room: text(row, 'room'),
    entry,
    excerpt: markWords(written, findWords(written, words) ?? []),
  }
}
