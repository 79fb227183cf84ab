/** Keeps the picture that is shown: only what changed since the last one is made anew. */
import type { Limits } from '@starling/protocol/limits'
import { type ConnectionState, type Me, nobody } from './client-io.ts'
import type { Outbox } from './outbox.ts'
import type { Keeper } from './private/keeper.ts'
import { RoomView } from './room-view.ts'
import type { Rooms } from './rooms.ts'
import type { ClientSnapshot, Invitation, PrivacySnapshot, RoomSnapshot } from './snapshot.ts'

export interface SnapshotParts {
  readonly connection: ConnectionState
  readonly me: Me | undefined
  readonly limits: Limits
  readonly invitations: readonly Invitation[]
  readonly privacy: PrivacySnapshot
}

interface Viewed {
  readonly base: ClientSnapshot
  readonly made: ReadonlyMap<string, RoomSnapshot>
  readonly snapshot: ClientSnapshot
}

export class Snapshots {
  readonly #rooms: Rooms
  readonly #outbox: Outbox
  readonly #keeper: Keeper
  readonly #made = new Map<string, RoomSnapshot>()
  readonly #touched = new Set<string>()
  #areRoomsTouched = true
  #view: RoomView
  #viewed: Me | undefined
  #last: ClientSnapshot | undefined
  readonly #views = new Map<string, Viewed>()

  constructor(rooms: Rooms, outbox: Outbox, keeper: Keeper) {
    this.#rooms = rooms
    this.#outbox = outbox
    this.#keeper = keeper
    this.#view = new RoomView(nobody, outbox, keeper)
  }

  touch(room: string): void {
    this.#touched.add(room)
  }

  /** A room came or went. */
  touchRooms(): void {
    this.#areRoomsTouched = true
  }

  snapshot(parts: SnapshotParts): ClientSnapshot {
    const last = this.#last
    if (this.#viewed !== parts.me) this.#lookAs(parts.me)
    const rooms = this.#roomsNow(last?.rooms)
    const { waiting } = this.#outbox
    const isSame =
      last !== undefined &&
      last.connection === parts.connection &&
      last.me === parts.me &&
      last.limits === parts.limits &&
      last.invitations === parts.invitations &&
      last.privacy === parts.privacy &&
      last.rooms === rooms &&
      last.waiting === waiting
    if (isSame) return last
    this.#last = { ...parts, rooms, waiting }
    return this.#last
  }

  /** The same as one of several views has it, with its own pieces of the past. */
  viewed(base: ClientSnapshot, view: string): ClientSnapshot {
    const before = this.#views.get(view)
    const made = new Map<string, RoomSnapshot>()
    const rooms = base.rooms.map((room) => {
      const state = this.#rooms.get(room.room)
      if (state === undefined || !state.timeline.isApartIn(view)) return room
      const own = this.#view.snapshot(state, before?.made.get(room.room), view)
      made.set(room.room, own)
      return own
    })
    if (made.size === 0) {
      this.#views.delete(view)
      return base
    }
    const isSame =
      before?.base === base && rooms.every((room, at) => room === before.snapshot.rooms[at])
    const snapshot = isSame ? before.snapshot : { ...base, rooms }
    this.#views.set(view, { base, made, snapshot })
    return snapshot
  }

  forgetView(view: string): void {
    this.#views.delete(view)
  }

  #lookAs(me: Me | undefined): void {
    this.#viewed = me
    this.#view = new RoomView(me ?? nobody, this.#outbox, this.#keeper)
    this.#made.clear()
    this.#views.clear()
    this.#areRoomsTouched = true
  }

  #roomsNow(last: readonly RoomSnapshot[] | undefined): readonly RoomSnapshot[] {
    if (last !== undefined && !this.#areRoomsTouched && this.#touched.size === 0) return last
    let isSorted = !this.#areRoomsTouched
    for (const room of this.#touched) {
      const before = this.#made.get(room)
      const made = this.#make(room)
      if (before?.title !== made?.title) isSorted = false
    }
    this.#touched.clear()
    this.#areRoomsTouched = false
    if (last !== undefined && isSorted) {
      return last.flatMap(({ room }) => this.#made.get(room) ?? [])
    }
    const known = new Set([...this.#rooms.all()].map(({ room }) => room))
    for (const room of this.#made.keys()) if (!known.has(room)) this.#made.delete(room)
    for (const room of known) if (!this.#made.has(room)) this.#make(room)
    return [...this.#made.values()].sort(
      (a, b) => byText(a.title, b.title) || byText(a.room, b.room),
    )
  }

  #make(room: string): RoomSnapshot | undefined {
    const state = this.#rooms.get(room)
    if (state === undefined) {
      this.#made.delete(room)
      return undefined
    }
    const made = this.#view.snapshot(state, this.#made.get(room))
    this.#made.set(room, made)
    return made
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
