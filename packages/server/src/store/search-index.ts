/**
 * Full-text search of the present texts of posts, by FTS5.
 *
 * Words are cut and folded here, by the same code as in the store in memory, so both find the
 * same. FTS5 gets bare words and keeps none of the text (contentless, without positions). Beside
 * its words each post has one word that names its room, which no text can contain, since it
 * begins with "_"; so a search of few rooms walks their posts alone, however much is written
 * elsewhere.
 *
 * The newest posts are not in the index (unindexed.ts): FTS5 writes a segment for each transaction,
 * and merges them. Search goes through those one by one.
 *
 * A query is made of quoted bare words only: nothing that a person writes is read as query
 * syntax.
 */
import type { DatabaseSync } from 'node:sqlite'
import { findWords, markWords, wordsOf } from '@starling/core/room/search-words'
import type { SearchQuery, SearchRow } from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import { number, type Row, text } from './rows.ts'
import type { LateIndex } from './unindexed.ts'

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

interface Walk {
  readonly rooms: readonly string[]
  /** Cursors below. */
  readonly last: number
  readonly limit: number
}

export class SearchIndex implements LateIndex {
  readonly #add
  readonly #remove
  readonly #find
  readonly #findUnindexed
  readonly #unindexed

  constructor(db: DatabaseSync) {
    this.#add = db.prepare('INSERT INTO post_words (rowid, words) VALUES (?, ?)')
    this.#remove = db.prepare('DELETE FROM post_words WHERE rowid = ?')
    this.#find = db.prepare(
      `SELECT entries.cursor, entries.room, entries.entry
       FROM post_words CROSS JOIN entries ON entries.cursor = post_words.rowid
       WHERE post_words MATCH ?1 AND post_words.rowid < ?2
         AND entries.room IN (SELECT value FROM json_each(?3))
       ORDER BY post_words.rowid DESC LIMIT ?4 + 0`,
    )
    this.#unindexed = db.prepare(
      'SELECT cursor, room, entry FROM entries WHERE cursor > ? AND cursor <= ? ORDER BY cursor',
    )
    // Without the sign SQLite might walk the rooms instead of the few newest entries.
    this.#findUnindexed = db.prepare(
      `SELECT cursor, room, entry FROM entries
       WHERE cursor > (SELECT indexed FROM progress) AND cursor < ?1
         AND +room IN (SELECT value FROM json_each(?2))
       ORDER BY cursor DESC`,
    )
  }

  extend(after: number, upTo: number): void {
    for (const row of this.#unindexed.iterate(after, upTo)) {
      const entry = entryOf(row)
      if (entry.kind !== 'post') continue
      this.#put({ cursor: number(row, 'cursor'), room: text(row, 'room'), text: entry.text })
    }
  }

  /** Of a post that is not among the newest. */
  changed(post: Post): void {
    this.#remove.run(post.cursor)
    this.#put(post)
  }

  #put({ cursor, room, text }: Post): void {
    const words = [...new Set(wordsOf(text))]
    if (words.length > 0) this.#add.run(cursor, [...words, roomWord(room)].join(' '))
  }

  search({ text, rooms, before, limit }: SearchQuery): readonly SearchRow[] {
    const bare = wordsOf(text).filter((word) => word !== '')
    const words = [...new Set(bare)].slice(0, searchLimits.wordsMax)
    if (words.length === 0 || rooms.length === 0) return []
    const last = before ?? Number.MAX_SAFE_INTEGER
    const found = this.#walk(words, { rooms, last, limit })
    if (found.length === limit) return found
    const clauses = words.map((word) => `"${word}"*`)
    if (rooms.length <= searchLimits.roomsNamedMax) {
      clauses.push(`(${rooms.map((room) => `"${roomWord(room)}"`).join(' OR ')})`)
    }
    const left = limit - found.length
    const rows = this.#find.all(clauses.join(' AND '), last, JSON.stringify(rooms), left)
    return [...found, ...rows.map((row) => hitOf(row, words))]
  }

  /** Of the entries that are not in the index. */
  #walk(words: readonly string[], { rooms, last, limit }: Walk): readonly SearchRow[] {
    const found: SearchRow[] = []
    for (const row of this.#findUnindexed.iterate(last, JSON.stringify(rooms))) {
      const entry = entryOf(row)
      if (entry.kind !== 'post' || findWords(entry.text, words) === undefined) continue
      found.push(hitOf(row, words))
      if (found.length === limit) break
    }
    return found
  }
}

function entryOf(row: Row): Entry {
  return JSON.parse(text(row, 'entry'))
}

function roomWord(room: string): string {
  return `_${Buffer.from(room).toString('hex')}`
}

function hitOf(row: Row, words: readonly string[]): SearchRow {
  const entry = entryOf(row)
  const written = entry.kind === 'post' ? entry.text : ''
  return {
    cursor: number(row, 'cursor'),
    room: text(row, 'room'),
    entry,
    excerpt: markWords(written, findWords(written, words) ?? []),
  }
}
