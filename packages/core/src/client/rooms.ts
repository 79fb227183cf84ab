/**
 * The rooms that one is in: as the welcome lists them, then as the self room says. The self room is
 * not resumed, since each welcome says all that it said meanwhile.
 *
 * A welcome may come from a backend that lags: one whose self room ends before the entry that
 * brought one into a room does not list that room. Such a room is kept, with its place and its
 * keys; the entry comes again when the backend gets there. If it never does (the servers were set
 * back to a former state), some welcomes later it is gone.
 */
import type { RoomSummary } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { RoomKind } from '@starling/protocol/operation'
import type { RestoredState, StoredRoom } from './client-io.ts'
import { RoomState } from './room-state.ts'
import type { TimelineBounds } from './timeline.ts'

/** Welcomes of a state before one came into a room until one is taken to be out of it. */
const unlistedMax = 5

export class Rooms {
  readonly #bounds: TimelineBounds
  readonly #rooms = new Map<string, RoomState>()
  readonly #everEncrypted = new Set<string>()
  /** Index of the newest entry of the self room that took effect. */
  selfSynced = 0
  /** A hole in the self room was asked for; not again before this. */
  noSelfFollowBeforeMs = 0

  constructor(bounds: TimelineBounds, restored: RestoredState) {
    this.#bounds = bounds
    for (const summary of restored.rooms) {
      if (!isShown(summary)) continue
      const entries = denseTail(restored.timelines.get(summary.room) ?? [])
      const after = (entries[0]?.index ?? summary.head + 1) - 1
      const room = this.#put({ ...summary, head: after })
      room.timeline.append(entries)
      room.timeline.takeUnstored(0)
      room.isCursorKept = entries.length > 0
      room.head = Math.max(summary.head, room.timeline.synced)
    }
  }

  get(room: string): RoomState | undefined {
    return this.#rooms.get(room)
  }

  all(): Iterable<RoomState> {
    return this.#rooms.values()
  }

  summaries(): readonly StoredRoom[] {
    return [...this.#rooms.values()].map((room) => room.summary)
  }

  /** Room → last index held, of at most `count` rooms, those first that the person looked at. */
  resume(count: number): Readonly<Record<string, number>> {
    const kept = [...this.#rooms.values()].filter((room) => room.isCursorKept)
    const opened = kept.filter((room) => room.isOpened)
    const rooms = [...opened, ...kept.filter((room) => !room.isOpened)].slice(0, count)
    return Object.fromEntries(rooms.map((room) => [room.room, room.timeline.synced]))
  }

  /** Returns the rooms that are gone. */
  welcomed(summaries: readonly RoomSummary[], user: string): readonly string[] {
    this.selfSynced = summaries.find((summary) => summary.room === user)?.head ?? 0
    const listed = new Set(summaries.map((summary) => summary.room))
    const gone: string[] = []
    for (const room of this.#rooms.values()) {
      room.unlisted = listed.has(room.room) ? 0 : room.unlisted + 1
      if (room.unlisted === 0) room.inAsOf = this.selfSynced
      else if (room.inAsOf <= this.selfSynced || room.unlisted > unlistedMax) gone.push(room.room)
    }
    for (const room of gone) this.#rooms.delete(room)
    for (const summary of summaries) {
      if (!isShown(summary)) continue
      const known = this.#rooms.get(summary.room)
      if (known === undefined || (summary.isEncrypted === true && !known.isEncrypted)) {
        this.#put({ ...summary, inAsOf: this.selfSynced })
      } else {
        known.welcomed(summary)
      }
    }
    return gone
  }

  /** Undefined when one was in it already. */
  add(entry: Extract<Entry, { kind: 'room-added' }>, me: string): RoomState | undefined {
    const known = this.#rooms.get(entry.room)
    if (known !== undefined) {
      known.inAsOf = entry.index
      known.unlisted = 0
      return undefined
    }
    const { room, from, roomKind, title, topic = '' } = entry
    const about = { room, kind: roomKind, title, topic, role: 'member' as const, members: 1 }
    const peer = roomKind === 'direct' ? { peer: { user: otherOf(room, me), name: title } } : {}
    // A room that one enters begins as read: what was said before was not missed.
    const marks = { head: from - 1, readUpTo: from }
    const encrypted = entry.isEncrypted === true ? { isEncrypted: true as const } : {}
    const history = entry.history === undefined ? {} : { history: entry.history }
    const inAsOf = entry.index
    return this.#put({ ...about, ...marks, ...peer, ...encrypted, ...history, inAsOf })
  }

  /** What was encrypted once is so for ever, whatever a server says of it later. */
  #put(summary: StoredRoom & { kind: RoomKind }): RoomState {
    const { room } = summary
    const isEncrypted = this.#everEncrypted.has(room) || summary.isEncrypted === true
    if (isEncrypted) this.#everEncrypted.add(room)
    const state = new RoomState(isEncrypted ? { ...summary, isEncrypted } : summary, this.#bounds)
    this.#rooms.set(room, state)
    return state
  }

  /** Somebody else came in. */
  clear(): void {
    this.#rooms.clear()
  }

  remove(room: string): boolean {
    return this.#rooms.delete(room)
  }
}

function isShown(summary: RoomSummary): summary is RoomSummary & { kind: RoomKind } {
  return summary.kind !== 'self'
}

/** The longest run without a hole that ends at the newest. */
function denseTail(entries: readonly Entry[]): readonly Entry[] {
  const sorted = [...entries].sort((a, b) => a.index - b.index)
  let from = sorted.length - 1
  while (from > 0 && sorted[from - 1]!.index === sorted[from]!.index - 1) from -= 1
  return sorted.slice(Math.max(from, 0))
}

/** `d:a:b` is the room of a and b. */
function otherOf(room: string, me: string): string {
  const users = room.split(':').slice(1)
  return users.find((user) => user !== me) ?? ''
}
