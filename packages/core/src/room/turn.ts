/**
 * The application of one record: what the appliers work with. It gives entries their index and time
 * and remembers them for the feeds.
 *
 * An applier decides everything before it changes anything, so that a refusal leaves the state as
 * it was. Every accepted send makes exactly one entry in its room, even when it changes nothing (a
 * reaction put twice): by that entry a repeat is recognised for ever.
 */
import type { Entry, EntryBody } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Role } from '@starling/protocol/operation'
import type { Outcome, RoomEntries } from './applied.ts'
import { leavesMustGo } from './pending-removals.ts'
import type { AppliedLimits, Settings } from './settings.ts'
import type { AccountRow, MemberRow, RoomRow, Store } from './store.ts'

/** Who adds an entry; with a send, the entry is the one it made. */
export interface Author {
  readonly by: AccountRow
  readonly outbox?: string
  readonly number?: number
}

/** A send that is in turn and whose sender exists. */
export interface Send extends Author {
  readonly room: string
  readonly outbox: string
  readonly number: number
  /** From which of the sender's devices; empty where it was not told. */
  readonly device: string
}

export function refused(code: ErrorCode): Outcome {
  return { ok: false, code }
}

/** Done without an entry of its own. */
export const doneBefore: Outcome = { ok: true, index: 0, at: 0 }

export class Turn {
  readonly store: Store
  readonly #at: number
  #settings: Settings
  readonly #added = new Map<string, Entry[]>()
  readonly #notes: string[] = []

  constructor(store: Store, at: number) {
    this.store = store
    this.#at = at
    this.#settings = store.settings()
  }

  get settings(): Settings {
    return this.#settings
  }

  get limits(): AppliedLimits {
    return this.#settings.limits
  }

  putSettings(settings: Settings): void {
    this.store.putSettings(settings)
    this.#settings = settings
  }

  get rooms(): readonly RoomEntries[] {
    return [...this.#added].map(([room, entries]) => ({ room, entries }))
  }

  /** What was done without an entry or outcome that shows it, for the digest. */
  get notes(): readonly string[] {
    return this.#notes
  }

  note(what: string): void {
    this.#notes.push(what)
  }

  /** The time that an entry of the room gets: the record's, but never before the room's newest. */
  timeIn(room: RoomRow): number {
    return Math.max(this.#at, room.lastAt)
  }

  /** For what a room does not order. */
  get recordAt(): number {
    return this.#at
  }

  /** The room exists. */
  add(room: string, author: Author, body: EntryBody): { ok: true; index: number; at: number } {
    const row = this.store.room(room)
    if (row === undefined) throw new Error(`an entry was added to no room: ${room}`)
    const { by, outbox, number } = author
    const index = row.head + 1
    const at = this.timeIn(row)
    const sent = outbox === undefined || number === undefined ? {} : { outbox, number }
    const entry: Entry = { index, at, by: by.user, name: by.name, ...sent, ...body }
    this.store.putEntry(room, entry)
    this.store.putRoom({ ...row, head: index, lastAt: at })
    const added = this.#added.get(room)
    if (added === undefined) this.#added.set(room, [entry])
    else added.push(entry)
    return { ok: true, index, at }
  }

  /** Makes the person a member from the room's entry `from` on, and tells their devices. */
  admit(room: string, author: Author, member: { user: string; role: Role; from: number }): void {
    const { user, role, from } = member
    const row = this.store.room(room)!
    const isMuted = this.store.isMutedAway(room, user)
    this.store.deleteMutedAway(room, user)
    this.store.deleteInvite(room, user)
    this.store.putMember({ room, user, role, isMuted, readUpTo: from })
    const owners = row.owners + (role === 'owner' ? 1 : 0)
    this.store.putRoom({ ...row, members: row.members + 1, owners })
    if (row.kind === 'self') return
    const title = row.kind === 'direct' ? this.#peerName(room, user) : row.title
    const { topic, isEncrypted, history } = row
    this.add(
      user,
      { by: author.by },
      {
        kind: 'room-added',
        room,
        from,
        roomKind: row.kind,
        title,
        ...(topic === '' ? {} : { topic }),
        ...(isEncrypted && { isEncrypted }),
        ...(history && { history }),
      },
    )
  }

  /** Takes the person out of the room, and tells their devices. */
  dismiss(member: MemberRow, author: Author, why: 'left' | 'kicked' | 'banned'): void {
    const { room, user } = member
    const row = this.store.room(room)!
    if (member.isMuted) this.store.putMutedAway(room, user)
    this.store.deleteMember(room, user)
    if (row.isEncrypted) leavesMustGo(this.store, this.store.groups.leavesOfUser(room, user))
    const owners = row.owners - (member.role === 'owner' ? 1 : 0)
    this.store.putRoom({ ...row, members: row.members - 1, owners })
    this.add(user, { by: author.by }, { kind: 'room-removed', room, why })
  }

  isInAllRoomsAllowed(user: string): boolean {
    return this.store.roomsOf(user).length >= this.limits.userRoomsMax
  }

  /** Of a direct conversation: the one whom `user` talks to. */
  #peerName(room: string, user: string): string {
    const peer = room.split(':').find((part, i) => i > 0 && part !== user)
    return (peer === undefined ? undefined : this.store.account(peer))?.name ?? ''
  }
}

/** The room and the sender's place in it, or why they may not act there. */
export function standing(turn: Turn, send: Send): { room: RoomRow; member: MemberRow } | ErrorCode {
  const room = turn.store.room(send.room)
  if (room === undefined) return 'unknown-room'
  if (room.kind === 'self') return send.by.user === send.room ? 'not-allowed' : 'unknown-room'
  const member = turn.store.member(send.room, send.by.user)
  return member === undefined ? 'not-member' : { room, member }
}

/** As `standing`, where things are said in plain. */
export function plainStanding(turn: Turn, send: Send): ReturnType<typeof standing> {
  const place = standing(turn, send)
  return typeof place !== 'string' && place.room.isEncrypted ? 'room-encrypted' : place
}

const rankOf = { member: 0, moderator: 1, owner: 2 } as const satisfies Record<Role, number>

export function isModerator(member: MemberRow): boolean {
  return rankOf[member.role] >= rankOf.moderator
}

/** Moderators rule over members, owners over both; nobody over an owner. */
export function rulesOver(member: MemberRow, other: MemberRow): boolean {
  return isModerator(member) && rankOf[member.role] > rankOf[other.role]
}
