/**
 * The store in SQLite. On the connection of the log it joins the transaction of an append, which is
 * undone as a whole by whoever began it; alone (`openSqliteStore`) it has transactions of its own.
 */
import { DatabaseSync } from 'node:sqlite'
import type { Position } from '@starling/core/log/record'
import type { Settings } from '@starling/core/room/settings'
import type {
  AccountRow,
  DeviceRow,
  MemberRow,
  OutboxRow,
  RoomRow,
  SearchQuery,
  SearchRow,
  Store,
  Trail,
} from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import { EntryTables } from './entry-tables.ts'
import { GroupTables } from './group-tables.ts'
import { KeyTables } from './key-tables.ts'
import { MemberTables, PairTable } from './member-tables.ts'
import { PeopleTables } from './people-tables.ts'
import { type Progress, ProgressTable } from './progress-table.ts'
import type { ReadTurn } from './read-turn.ts'
import { RoomTables } from './room-tables.ts'
import type { RowCache } from './row-cache.ts'
import { prepareStore } from './schema.ts'
import { SearchIndex } from './search-index.ts'
import { unindexedLimits } from './unindexed.ts'

export interface SqliteStoreOptions {
  /** Where other processes write too. */
  readonly reads?: ReadTurn
  /** Entries that some indexes may lack: unindexed.ts. */
  readonly unindexedMax?: number
}

export class SqliteStore implements Store {
  readonly #db: DatabaseSync
  readonly #reads: ReadTurn | undefined
  readonly #progress: ProgressTable
  readonly #people: PeopleTables
  readonly #rooms: RoomTables
  readonly #members: MemberTables
  readonly #bans: PairTable
  readonly #invites: PairTable
  readonly #mutedAway: PairTable
  readonly #entries: EntryTables
  readonly #searchIndex: SearchIndex
  readonly keys: KeyTables
  readonly groups: GroupTables
  readonly #caches: readonly Pick<RowCache<never>, 'begin' | 'flush' | 'end'>[]
  /** Of the transaction that this store is in, joined or its own. */
  #work: Progress | undefined
  #isTransacting = false
  /** A transaction of the batch threw: nothing of the batch may stand. */
  #isSpoilt = false
  /** How the last transaction here left the store; while it stands so, nobody else has written. */
  #left: Progress | undefined
  /** The position in a view of `reads`. */
  #seen = { view: 0, position: 0 }

  /** The tables must be there: `prepareStore`. */
  constructor(db: DatabaseSync, options: SqliteStoreOptions = {}) {
    this.#db = db
    this.#reads = options.reads
    this.#progress = new ProgressTable(db)
    this.#people = new PeopleTables(db)
    this.#rooms = new RoomTables(db)
    this.#members = new MemberTables(db)
    this.#bans = new PairTable(db, 'bans')
    this.#invites = new PairTable(db, 'invites')
    this.#mutedAway = new PairTable(db, 'muted_away')
    this.#searchIndex = new SearchIndex(db)
    const unindexedMax = options.unindexedMax ?? unindexedLimits.entriesMax
    this.#entries = new EntryTables(db, this.#searchIndex, unindexedMax)
    this.keys = new KeyTables(db)
    this.groups = new GroupTables(db)
    this.#caches = [
      this.#people.cache,
      this.#rooms.cache,
      this.#members.cache,
      this.#entries.outboxCache,
      this.groups.cache,
      this.groups.leafCache,
    ]
  }

  get position(): Position {
    if (this.#work !== undefined) return this.#work.position
    const view = this.#reads?.begin()
    if (view === undefined) return this.#progress.position()
    if (view !== this.#seen.view) this.#seen = { view, position: this.#progress.position() }
    return this.#seen.position
  }

  get trail(): Trail {
    return (this.#work ?? this.#progress.read()).trail
  }

  settings(): Settings {
    return (this.#work ?? this.#progress.read()).settings
  }

  putTrail(trail: Trail): void {
    this.#inWork.trail = trail
  }

  putSettings(settings: Settings): void {
    this.#inWork.settings = settings
  }

  transact<T>(position: Position, work: () => T): T {
    if (this.#isTransacting) throw new Error('transact must not be nested')
    return this.batch(() => {
      this.#isTransacting = true
      try {
        const made = work()
        this.#inWork.position = position
        return made
      } catch (error) {
        this.#isSpoilt = true
        throw error
      } finally {
        this.#isTransacting = false
      }
    })
  }

  batch<T>(work: () => T): T {
    if (this.#work) return work()
    this.#reads?.end()
    const isJoining = this.#db.isTransaction
    if (!isJoining) this.#db.exec('BEGIN IMMEDIATE')
    this.#isSpoilt = false
    let stands = false
    try {
      const progress = this.#progress.read()
      const isFresh = this.#isAsLeft(progress)
      this.#work = progress
      for (const cache of this.#caches) cache.begin(isFresh)
      this.#entries.unindexed.begin(progress.indexed)
      const made = work()
      if (this.#isSpoilt) throw new Error('a transaction of this batch failed')
      for (const cache of this.#caches) cache.flush()
      progress.indexed = this.#entries.unindexed.finish()
      this.#progress.write(progress)
      if (!isJoining) this.#db.exec('COMMIT')
      this.#left = progress
      stands = true
      return made
    } catch (error) {
      // SQLite undoes the whole transaction by itself when a disk is full.
      if (!isJoining && this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    } finally {
      this.#work = undefined
      for (const cache of this.#caches) cache.end(stands)
    }
  }

  /**
   * A transaction that was joined may have been undone after it had ended here; but what then
   * stands at its position is of the same record and the same digest only if it is the same.
   */
  #isAsLeft({ position, trail }: Progress): boolean {
    const left = this.#left
    if (left === undefined || left.position !== position) return false
    return left.trail.recordId === trail.recordId && left.trail.digest === trail.digest
  }

  get #inWork(): Progress {
    if (!this.#work) throw new Error('rows are put inside transact only')
    return this.#work
  }

  account(user: string): AccountRow | undefined {
    return this.#people.account(user)
  }

  accountByName(foldedName: string): AccountRow | undefined {
    return this.#people.accountByName(foldedName)
  }

  putAccount(row: AccountRow): void {
    this.#people.putAccount(row)
  }

  device(device: string): DeviceRow | undefined {
    return this.#people.device(device)
  }

  devicesOf(user: string): readonly DeviceRow[] {
    return this.#people.devicesOf(user)
  }

  putDevice(row: DeviceRow): void {
    this.#people.putDevice(row)
  }

  deleteDevice(device: string): void {
    this.#people.deleteDevice(device)
  }

  room(room: string): RoomRow | undefined {
    return this.#rooms.room(room)
  }

  publicRoomByTitle(foldedTitle: string): RoomRow | undefined {
    return this.#rooms.publicRoomByTitle(foldedTitle)
  }

  publicRooms(page: { find: string; after: string; limit: number }): readonly RoomRow[] {
    return this.#rooms.publicRooms(page)
  }

  putRoom(row: RoomRow): void {
    this.#rooms.putRoom(row)
  }

  member(room: string, user: string): MemberRow | undefined {
    return this.#members.member(room, user)
  }

  members(room: string, page: { after: string; limit: number }): readonly MemberRow[] {
    return this.#members.members(room, page)
  }

  roomsOf(user: string): readonly MemberRow[] {
    return this.#members.roomsOf(user)
  }

  putMember(row: MemberRow): void {
    this.#members.putMember(row)
  }

  deleteMember(room: string, user: string): void {
    this.#members.deleteMember(room, user)
  }

  isBanned(room: string, user: string): boolean {
    return this.#bans.has(room, user)
  }

  putBan(room: string, user: string): void {
    this.#bans.put(room, user)
  }

  deleteBan(room: string, user: string): void {
    this.#bans.delete(room, user)
  }

  isInvited(room: string, user: string): boolean {
    return this.#invites.has(room, user)
  }

  putInvite(room: string, user: string): void {
    this.#invites.put(room, user)
  }

  deleteInvite(room: string, user: string): void {
    this.#invites.delete(room, user)
  }

  isMutedAway(room: string, user: string): boolean {
    return this.#mutedAway.has(room, user)
  }

  putMutedAway(room: string, user: string): void {
    this.#mutedAway.put(room, user)
  }

  deleteMutedAway(room: string, user: string): void {
    this.#mutedAway.delete(room, user)
  }

  outbox(room: string, outbox: string): OutboxRow | undefined {
    return this.#entries.outbox(room, outbox)
  }

  putOutbox(row: OutboxRow): void {
    this.#entries.putOutbox(row)
  }

  sent(room: string, outbox: string, number: number): { index: number; at: number } | undefined {
    return this.#entries.sent(room, outbox, number)
  }

  entry(room: string, index: number): Entry | undefined {
    return this.#entries.entry(room, index)
  }

  entries(room: string, from: number, limit: number): readonly Entry[] {
    return this.#entries.entries(room, from, limit)
  }

  putEntry(room: string, entry: Entry): void {
    this.#entries.putEntry(room, entry)
  }

  edits(room: string, target: number): readonly number[] {
    return this.#entries.edits(room, target)
  }

  search(query: SearchQuery): readonly SearchRow[] {
    this.#reads?.begin()
    return this.#searchIndex.search(query)
  }
}

export interface OpenedSqliteStore {
  readonly store: SqliteStore
  close(): void
}

/**
 * A store in a file of its own, for a log that is elsewhere. A crash of the machine may take it
 * back by some records, never apart; the log brings it forward again.
 */
export function openSqliteStore(path: string, options: SqliteStoreOptions = {}): OpenedSqliteStore {
  const db = new DatabaseSync(path, { timeout: 5_000 })
  try {
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = NORMAL')
    db.exec('BEGIN IMMEDIATE')
    prepareStore(db)
    db.exec('COMMIT')
    return { store: new SqliteStore(db, options), close: () => db.close() }
  } catch (error) {
    db.close()
    throw error
  }
}
