/**
 * A backend's read model, behind a synchronous port. It holds what `apply` needs to decide and what
 * reads answer, together with the position up to which the log is applied. It can be thrown away
 * and rebuilt from the log. The backends of one machine may share one store: then `position` may
 * move between two calls, and each record is applied by only one of them.
 *
 * Rows are plain values: what is read must not be changed in place, only put again.
 * Contract: room/store-contract.test-suite.ts.
 */
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Role, RoomKind } from '@starling/protocol/operation'
import type { Position } from '../log/record.ts'
import type { PeopleKeys } from './people-keys.ts'
import type { RoomGroups } from './room-groups.ts'
import type { Settings } from './settings.ts'

export interface AccountRow {
  readonly user: string
  readonly name: string
  /** What makes names equal: names/fold-name.ts. Unique. */
  readonly foldedName: string
  readonly isGuest: boolean
  readonly passwordHash?: string
  readonly addedAt: number
}

export interface DeviceRow {
  /** The hash of its token. Unique. */
  readonly device: string
  readonly user: string
  readonly label: string
  readonly addedAt: number
}

export interface RoomRow {
  readonly room: string
  /** `self`: a person's own room, its id is the user's id. */
  readonly kind: RoomKind | 'self'
  readonly title: string
  /** Unique among public rooms. */
  readonly foldedTitle: string
  readonly topic: string
  readonly head: number
  /** Time of the newest entry; entries' times never go back. */
  readonly lastAt: number
  readonly members: number
  readonly owners: number
  /** For ever, from its making on. */
  readonly isEncrypted?: true
  readonly history?: 'all'
}

export interface MemberRow {
  readonly room: string
  readonly user: string
  readonly role: Role
  readonly isMuted: boolean
  readonly readUpTo: number
}

export interface OutboxRow {
  readonly room: string
  readonly outbox: string
  /** The outbox belongs to the first who used it in the room. */
  readonly user: string
  /** The greatest number applied; all before it are applied. */
  readonly last: number
  /** The newest refusals, oldest first; at most `refusalsPerOutboxMax`. */
  readonly refusals: readonly { readonly number: number; readonly code: ErrorCode }[]
}

/** What was applied last, and the digest of all that was; both empty before the first record. */
export interface Trail {
  readonly recordId: string
  readonly digest: string
}

export interface SearchQuery {
  readonly text: string
  /** Only these rooms. */
  readonly rooms: readonly string[]
  /** Only hits older than this cursor, as returned. */
  readonly before?: number
  readonly limit: number
}

export interface SearchRow {
  readonly cursor: number
  readonly room: string
  readonly entry: Entry
  /** Part of the text, the words that match between \u0002 and \u0003. */
  readonly excerpt: string
}

export interface Store {
  /** Every record up to here is applied, none after. */
  readonly position: Position
  /**
   * All that `work` puts and the new position, or, when it throws, nothing. Not to be nested but in
   * `batch`; an engine that already holds a transaction of its own joins it.
   */
  transact<T>(position: Position, work: () => T): T
  /** One transaction for all that are begun in `work`: when one of them throws, nothing stands. */
  batch<T>(work: () => T): T

  readonly keys: PeopleKeys
  readonly groups: RoomGroups

  readonly trail: Trail
  putTrail(trail: Trail): void
  /** The protocol's until others are put. */
  settings(): Settings
  putSettings(settings: Settings): void

  account(user: string): AccountRow | undefined
  accountByName(foldedName: string): AccountRow | undefined
  putAccount(row: AccountRow): void

  device(device: string): DeviceRow | undefined
  /** In the order they were added. */
  devicesOf(user: string): readonly DeviceRow[]
  putDevice(row: DeviceRow): void
  deleteDevice(device: string): void

  room(room: string): RoomRow | undefined
  publicRoomByTitle(foldedTitle: string): RoomRow | undefined
  /** Public rooms whose folded title contains `find`, by room id, after `after`. */
  publicRooms(page: { find: string; after: string; limit: number }): readonly RoomRow[]
  putRoom(row: RoomRow): void

  member(room: string, user: string): MemberRow | undefined
  /** By user id, after `after` ('' from the start). */
  members(room: string, page: { after: string; limit: number }): readonly MemberRow[]
  /** By room id. Without the self room. */
  roomsOf(user: string): readonly MemberRow[]
  putMember(row: MemberRow): void
  deleteMember(room: string, user: string): void

  isBanned(room: string, user: string): boolean
  putBan(room: string, user: string): void
  deleteBan(room: string, user: string): void
  isInvited(room: string, user: string): boolean
  putInvite(room: string, user: string): void
  deleteInvite(room: string, user: string): void
  /** They left muted, and are muted when they come back. */
  isMutedAway(room: string, user: string): boolean
  putMutedAway(room: string, user: string): void
  deleteMutedAway(room: string, user: string): void

  outbox(room: string, outbox: string): OutboxRow | undefined
  putOutbox(row: OutboxRow): void
  /** The entry that this send made, if it made one. */
  sent(room: string, outbox: string, number: number): { index: number; at: number } | undefined

  entry(room: string, index: number): Entry | undefined
  /** Entries `from`, `from`+1, …, at most `limit`. */
  entries(room: string, from: number, limit: number): readonly Entry[]
  /**
   * Inserts the entry, or replaces the one with its index. Keeps `sent`, `edits` and search true.
   */
  putEntry(room: string, entry: Entry): void
  /** Indexes of the entries of kind `edit` with this target. */
  edits(room: string, target: number): readonly number[]
  /**
   * Posts in whose present text every word of the query begins a word, without regard to case or
   * accents; newest first.
   */
  search(query: SearchQuery): readonly SearchRow[]
}
