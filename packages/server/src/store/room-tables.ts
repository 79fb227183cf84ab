import type { DatabaseSync } from 'node:sqlite'
import type { RoomRow } from '@starling/core/room/store'
import { RowCache } from './row-cache.ts'
import { number, type Row, text } from './rows.ts'

export class RoomTables {
  readonly cache = new RowCache<RoomRow>((row) => this.#write(row))
  readonly #room
  readonly #publicByTitle
  readonly #public
  readonly #put

  constructor(db: DatabaseSync) {
    this.#room = db.prepare('SELECT * FROM rooms WHERE room = ?')
    this.#publicByTitle = db.prepare(
      "SELECT * FROM rooms WHERE kind = 'public' AND folded_title = ?",
    )
    this.#public = db.prepare(
      `SELECT * FROM rooms INDEXED BY public_rooms
       WHERE kind = 'public' AND room > ?1 AND (?2 = '' OR instr(folded_title, ?2) > 0)
       ORDER BY room LIMIT ?3 + 0`,
    )
    this.#put = db.prepare(
      `INSERT INTO rooms
         (room, kind, title, folded_title, topic, head, last_at, members, owners,
          is_encrypted, history)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room) DO UPDATE SET kind = excluded.kind, title = excluded.title,
         folded_title = excluded.folded_title, topic = excluded.topic, head = excluded.head,
         last_at = excluded.last_at, members = excluded.members, owners = excluded.owners`,
    )
  }

  room(room: string): RoomRow | undefined {
    return this.cache.get(room, () => {
      const row = this.#room.get(room)
      return row && roomOf(row)
    })
  }

  publicRoomByTitle(foldedTitle: string): RoomRow | undefined {
    this.cache.flush()
    const row = this.#publicByTitle.get(foldedTitle)
    return row && roomOf(row)
  }

  publicRooms(page: { find: string; after: string; limit: number }): readonly RoomRow[] {
    this.cache.flush()
    return this.#public.all(page.after, page.find, page.limit).map(roomOf)
  }

  putRoom(row: RoomRow): void {
    this.cache.put(row.room, row)
  }

  /** Whether it is encrypted was settled when the room was made. */
  #write(row: RoomRow): void {
    const { room, kind, title, foldedTitle, topic, head, lastAt, members, owners } = row
    const privacy = [row.isEncrypted ? 1 : 0, row.history ?? ''] as const
    this.#put.run(room, kind, title, foldedTitle, topic, head, lastAt, members, owners, ...privacy)
  }
}

const kinds: Record<RoomRow['kind'], RoomRow['kind']> = {
  public: 'public',
  private: 'private',
  direct: 'direct',
  self: 'self',
}

function roomOf(row: Row): RoomRow {
  return {
    room: text(row, 'room'),
    kind: kindOf(text(row, 'kind')),
    title: text(row, 'title'),
    foldedTitle: text(row, 'folded_title'),
    topic: text(row, 'topic'),
    head: number(row, 'head'),
    lastAt: number(row, 'last_at'),
    members: number(row, 'members'),
    owners: number(row, 'owners'),
    ...(number(row, 'is_encrypted') === 1 ? { isEncrypted: true as const } : {}),
    ...(text(row, 'history') === 'all' ? { history: 'all' as const } : {}),
  }
}

function kindOf(kind: string): RoomRow['kind'] {
  if (!Object.hasOwn(kinds, kind)) throw new Error(`"${kind}" is no kind of room`)
  return kinds[kind as RoomRow['kind']]
}
