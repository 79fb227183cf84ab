/**
 * The store in memory: the executable specification of `Store`, used by the simulator and by tests.
 *
 * Every table is a map. Whatever is put or deleted inside `transact` leaves behind how to undo it;
 * when the work throws, that is done backwards, so that the store is as it was. Reads that promise
 * an order sort. Nothing is put outside `transact`.
 */
import type { Entry } from '@starling/protocol/entry'
import type { Position } from '../log/record.ts'
import { MemoryPeopleKeys } from './memory-people-keys.ts'
import { MemoryRoomGroups } from './memory-room-groups.ts'
import { findWords, markWords, wordsOf } from './search-words.ts'
import { defaultSettings, type Settings } from './settings.ts'
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
} from './store.ts'

type Table<V> = Map<string, V>
type Tables<V> = Map<string, Map<string, V>>

export class MemoryStore implements Store {
  #position: Position = 0
  /** Undefined outside `transact`. */
  #undo: (() => void)[] | undefined
  #isTransacting = false
  /** A transaction of the batch threw: nothing of the batch may stand. */
  #isSpoilt = false
  readonly #trail: Map<'newest', Trail> = new Map()
  readonly #settings: Map<'present', Settings> = new Map()

  readonly #accounts: Table<AccountRow> = new Map()
  readonly #usersByName: Table<string> = new Map()
  readonly #devices: Table<DeviceRow> = new Map()
  /** User → devices in the order they were added; each array is replaced, never changed. */
  readonly #devicesOf: Table<readonly string[]> = new Map()
  readonly #rooms: Table<RoomRow> = new Map()
  readonly #publicTitles: Table<string> = new Map()
  /** Room → user → row, and the same rows by user → room. */
  readonly #members: Tables<MemberRow> = new Map()
  readonly #roomsOf: Tables<MemberRow> = new Map()
  readonly #bans: Tables<true> = new Map()
  readonly #invites: Tables<true> = new Map()
  readonly #mutedAway: Tables<true> = new Map()
  readonly #outboxes: Tables<OutboxRow> = new Map()
  /** Room → outbox and number → index. */
  readonly #sent: Tables<number> = new Map()
  readonly #entries: Map<string, Map<number, Entry>> = new Map()
  /** Room → target → indexes of its edits, in order; each array is replaced, never changed. */
  readonly #edits: Map<string, Map<number, readonly number[]>> = new Map()
  /** Room → index → when its entry first came, counted over all rooms. */
  readonly #cursors: Map<string, Map<number, number>> = new Map()
  #lastCursor = 0
  readonly keys = new MemoryPeopleKeys((table, key, value) => this.#set(table, key, value))
  readonly groups = new MemoryRoomGroups({
    set: (table, key, value) => this.#set(table, key, value),
    membersOf: (room) => [...(this.#members.get(room)?.keys() ?? [])].sort(compare),
    devicesOf: (user) => this.keys.devicesOf(user),
  })

  get position(): Position {
    return this.#position
  }

  transact<T>(position: Position, work: () => T): T {
    if (this.#isTransacting) throw new Error('transact must not be nested')
    return this.batch(() => {
      this.#isTransacting = true
      try {
        const made = work()
        const before = this.#position
        this.#undo?.push(() => {
          this.#position = before
        })
        this.#position = position
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
    if (this.#undo !== undefined) return work()
    const undo: (() => void)[] = []
    this.#undo = undo
    this.#isSpoilt = false
    try {
      const made = work()
      if (this.#isSpoilt) throw new Error('a transaction of this batch failed')
      return made
    } catch (error) {
      for (const step of undo.reverse()) step()
      throw error
    } finally {
      this.#undo = undefined
    }
  }

  get trail(): Trail {
    return this.#trail.get('newest') ?? { recordId: '', digest: '' }
  }

  putTrail(trail: Trail): void {
    this.#set(this.#trail, 'newest', trail)
  }

  settings(): Settings {
    return this.#settings.get('present') ?? defaultSettings
  }

  putSettings(settings: Settings): void {
    this.#set(this.#settings, 'present', settings)
  }

  account(user: string): AccountRow | undefined {
    return this.#accounts.get(user)
  }

  accountByName(foldedName: string): AccountRow | undefined {
    const user = this.#usersByName.get(foldedName)
    return user === undefined ? undefined : this.#accounts.get(user)
  }

  putAccount(row: AccountRow): void {
    const before = this.#accounts.get(row.user)
    if (before !== undefined) this.#set(this.#usersByName, before.foldedName, undefined)
    this.#set(this.#accounts, row.user, row)
    this.#set(this.#usersByName, row.foldedName, row.user)
  }

  device(device: string): DeviceRow | undefined {
    return this.#devices.get(device)
  }

  devicesOf(user: string): readonly DeviceRow[] {
    return (this.#devicesOf.get(user) ?? []).map((device) => this.#devices.get(device)!)
  }

  putDevice(row: DeviceRow): void {
    if (this.#devices.get(row.device)?.user !== row.user) {
      this.deleteDevice(row.device)
      const others = this.#devicesOf.get(row.user) ?? []
      this.#set(this.#devicesOf, row.user, [...others, row.device])
    }
    this.#set(this.#devices, row.device, row)
  }

  deleteDevice(device: string): void {
    const row = this.#devices.get(device)
    if (row === undefined) return
    const others = (this.#devicesOf.get(row.user) ?? []).filter((other) => other !== device)
    this.#set(this.#devicesOf, row.user, others.length > 0 ? others : undefined)
    this.#set(this.#devices, device, undefined)
  }

  room(room: string): RoomRow | undefined {
    return this.#rooms.get(room)
  }

  publicRoomByTitle(foldedTitle: string): RoomRow | undefined {
    const room = this.#publicTitles.get(foldedTitle)
    return room === undefined ? undefined : this.#rooms.get(room)
  }

  publicRooms(page: { find: string; after: string; limit: number }): readonly RoomRow[] {
    return [...this.#rooms.values()]
      .filter((row) => row.kind === 'public' && row.foldedTitle.includes(page.find))
      .filter((row) => row.room > page.after)
      .sort((a, b) => compare(a.room, b.room))
      .slice(0, page.limit)
  }

  putRoom(row: RoomRow): void {
    const before = this.#rooms.get(row.room)
    if (before?.kind === 'public') this.#set(this.#publicTitles, before.foldedTitle, undefined)
    this.#set(this.#rooms, row.room, row)
    if (row.kind === 'public') this.#set(this.#publicTitles, row.foldedTitle, row.room)
  }

  member(room: string, user: string): MemberRow | undefined {
    return this.#members.get(room)?.get(user)
  }

  members(room: string, page: { after: string; limit: number }): readonly MemberRow[] {
    return [...(this.#members.get(room)?.values() ?? [])]
      .filter((row) => row.user > page.after)
      .sort((a, b) => compare(a.user, b.user))
      .slice(0, page.limit)
  }

  roomsOf(user: string): readonly MemberRow[] {
    return [...(this.#roomsOf.get(user)?.values() ?? [])]
      .filter((row) => this.#rooms.get(row.room)?.kind !== 'self')
      .sort((a, b) => compare(a.room, b.room))
  }

  putMember(row: MemberRow): void {
    this.#set(within(this.#members, row.room), row.user, row)
    this.#set(within(this.#roomsOf, row.user), row.room, row)
  }

  deleteMember(room: string, user: string): void {
    this.#set(within(this.#members, room), user, undefined)
    this.#set(within(this.#roomsOf, user), room, undefined)
  }

  isBanned(room: string, user: string): boolean {
    return this.#bans.get(room)?.has(user) ?? false
  }

  putBan(room: string, user: string): void {
    this.#set(within(this.#bans, room), user, true)
  }

  deleteBan(room: string, user: string): void {
    this.#set(within(this.#bans, room), user, undefined)
  }

  isInvited(room: string, user: string): boolean {
    return this.#invites.get(room)?.has(user) ?? false
  }

  putInvite(room: string, user: string): void {
    this.#set(within(this.#invites, room), user, true)
  }

  deleteInvite(room: string, user: string): void {
    this.#set(within(this.#invites, room), user, undefined)
  }

  isMutedAway(room: string, user: string): boolean {
    return this.#mutedAway.get(room)?.has(user) ?? false
  }

  putMutedAway(room: string, user: string): void {
    this.#set(within(this.#mutedAway, room), user, true)
  }

  deleteMutedAway(room: string, user: string): void {
    this.#set(within(this.#mutedAway, room), user, undefined)
  }

  outbox(room: string, outbox: string): OutboxRow | undefined {
    return this.#outboxes.get(room)?.get(outbox)
  }

  putOutbox(row: OutboxRow): void {
    this.#set(within(this.#outboxes, row.room), row.outbox, row)
  }

  sent(room: string, outbox: string, number: number): { index: number; at: number } | undefined {
    const index = this.#sent.get(room)?.get(`${outbox} ${number}`)
    if (index === undefined) return undefined
    return { index, at: this.entry(room, index)!.at }
  }

  entry(room: string, index: number): Entry | undefined {
    return this.#entries.get(room)?.get(index)
  }

  entries(room: string, from: number, limit: number): readonly Entry[] {
    const found: Entry[] = []
    for (let index = from; index < from + limit; index++) {
      const entry = this.entry(room, index)
      if (entry === undefined) break
      found.push(entry)
    }
    return found
  }

  putEntry(room: string, entry: Entry): void {
    const before = this.entry(room, entry.index)
    this.#set(within(this.#entries, room), entry.index, entry)
    if (entry.outbox !== undefined && entry.number !== undefined) {
      this.#set(within(this.#sent, room), `${entry.outbox} ${entry.number}`, entry.index)
    }
    if (before !== undefined) return
    this.#set(within(this.#cursors, room), entry.index, ++this.#lastCursor)
    if (entry.kind !== 'edit') return
    const edits = within(this.#edits, room)
    this.#set(edits, entry.target, [...(edits.get(entry.target) ?? []), entry.index])
  }

  edits(room: string, target: number): readonly number[] {
    return this.#edits.get(room)?.get(target) ?? []
  }

  search(query: SearchQuery): readonly SearchRow[] {
    const wanted = wordsOf(query.text)
    if (wanted.length === 0) return []
    const hits: SearchRow[] = []
    for (const room of new Set(query.rooms)) {
      for (const entry of this.#entries.get(room)?.values() ?? []) {
        if (entry.kind !== 'post') continue
        const cursor = this.#cursors.get(room)!.get(entry.index)!
        if (query.before !== undefined && cursor >= query.before) continue
        const found = findWords(entry.text, wanted)
        if (found === undefined) continue
        hits.push({ cursor, room, entry, excerpt: markWords(entry.text, found) })
      }
    }
    return hits.sort((a, b) => b.cursor - a.cursor).slice(0, query.limit)
  }

  /** All rows as text, sorted: equal exactly when two stores hold the same. For checks. */
  contents(): readonly string[] {
    const tables: Record<string, Map<unknown, unknown>> = {
      settings: this.#settings,
      accounts: this.#accounts,
      devices: this.#devices,
      rooms: this.#rooms,
      members: this.#members,
      bans: this.#bans,
      invites: this.#invites,
      mutedAway: this.#mutedAway,
      outboxes: this.#outboxes,
      sent: this.#sent,
      entries: this.#entries,
      edits: this.#edits,
      devicesOf: this.#devicesOf,
      ...this.keys.tables(),
      ...this.groups.tables(),
    }
    const lines = [`position ${this.#position} = ${JSON.stringify(this.trail)}`]
    for (const [name, table] of Object.entries(tables)) {
      for (const [key, value] of table) lines.push(...linesOf(`${name} ${String(key)}`, value))
    }
    return lines.sort(compare)
  }

  #set<K, V>(table: Map<K, V>, key: K, value: V | undefined): void {
    if (this.#undo === undefined) throw new Error('rows are put inside transact only')
    const before = table.get(key)
    this.#undo.push(() => place(table, key, before))
    place(table, key, value)
  }
}

function place<K, V>(table: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) table.delete(key)
  else table.set(key, value)
}

function within<K, V>(tables: Map<string, Map<K, V>>, room: string): Map<K, V> {
  const table = tables.get(room) ?? new Map<K, V>()
  tables.set(room, table)
  return table
}

function linesOf(key: string, value: unknown): string[] {
  if (!(value instanceof Map)) return [`${key} = ${JSON.stringify(value)}`]
  const lines: string[] = []
  for (const [inner, row] of value) lines.push(`${key} ${String(inner)} = ${JSON.stringify(row)}`)
  return lines
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
