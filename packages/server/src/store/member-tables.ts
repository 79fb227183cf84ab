/** Who is in a room, who was invited, who is banned. */
import type { DatabaseSync } from 'node:sqlite'
import type { MemberRow } from '@starling/core/room/store'
import { roles } from '@starling/protocol/operation'
import { RowCache } from './row-cache.ts'
import { number, type Row, text } from './rows.ts'

export class MemberTables {
  readonly cache = new RowCache<MemberRow>()
  readonly #member
  readonly #members
  readonly #roomsOf
  readonly #put
  readonly #delete

  constructor(db: DatabaseSync) {
    this.#member = db.prepare('SELECT * FROM members WHERE room = ? AND user = ?')
    this.#members = db.prepare(
      'SELECT * FROM members WHERE room = ? AND user > ? ORDER BY user LIMIT ? + 0',
    )
    this.#roomsOf = db.prepare('SELECT * FROM members WHERE user = ?1 AND room <> ?1 ORDER BY room')
    this.#put = db.prepare(
      `INSERT INTO members (room, user, role, is_muted, read_up_to) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (room, user) DO UPDATE SET role = excluded.role,
         is_muted = excluded.is_muted, read_up_to = excluded.read_up_to`,
    )
    this.#delete = db.prepare('DELETE FROM members WHERE room = ? AND user = ?')
  }

  member(room: string, user: string): MemberRow | undefined {
    return this.cache.get(`${room} ${user}`, () => {
      const row = this.#member.get(room, user)
      return row && memberOf(row)
    })
  }

  members(room: string, page: { after: string; limit: number }): readonly MemberRow[] {
    return this.#members.all(room, page.after, page.limit).map(memberOf)
  }

  roomsOf(user: string): readonly MemberRow[] {
    return this.#roomsOf.all(user).map(memberOf)
  }

  putMember(row: MemberRow): void {
    this.cache.put(`${row.room} ${row.user}`, row)
    this.#put.run(row.room, row.user, row.role, row.isMuted ? 1 : 0, row.readUpTo)
  }

  deleteMember(room: string, user: string): void {
    this.cache.gone(`${room} ${user}`)
    this.#delete.run(room, user)
  }
}

/** Pairs of a room and a person: bans, invitations, who left muted. */
export class PairTable {
  readonly #has
  readonly #put
  readonly #delete

  constructor(db: DatabaseSync, table: 'bans' | 'invites' | 'muted_away') {
    this.#has = db.prepare(`SELECT 1 FROM ${table} WHERE room = ? AND user = ?`)
    this.#put = db.prepare(`INSERT OR IGNORE INTO ${table} (room, user) VALUES (?, ?)`)
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE room = ? AND user = ?`)
  }

  has(room: string, user: string): boolean {
    return this.#has.get(room, user) !== undefined
  }

  put(room: string, user: string): void {
    this.#put.run(room, user)
  }

  delete(room: string, user: string): void {
    this.#delete.run(room, user)
  }
}

function memberOf(row: Row): MemberRow {
  const role = roles.find((one) => one === row.role)
  if (!role) throw new Error(`"${row.role}" is no role`)
  return {
    room: text(row, 'room'),
    user: text(row, 'user'),
    role,
    isMuted: number(row, 'is_muted') === 1,
    readUpTo: number(row, 'read_up_to'),
  }
}
