/**
 * The entries of all rooms as they arrive. A cursor for each room (`timeline.synced`) makes holes
 * and repeats visible: entries up to the cursor are known and ignored, the next one is taken, a
 * later one means a hole, which is asked for (`follow`). After a reconnect `resume` names the
 * cursors; a room of which too much was missed starts again at its head (`gap`) and its newest page
 * is read.
 */
import type { DownFrameOf } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { UpFrame } from '@starling/protocol/up'
import type { Now } from '../now.ts'
import type { Asks } from './asks.ts'
import type { ClientOutput, ClientTuning } from './client-io.ts'
import type { HistoryLoads } from './history-loads.ts'
import type { Invitations } from './invitations.ts'
import type { MemberCounts } from './member-counts.ts'
import type { Outbox } from './outbox.ts'
import type { Keeper } from './private/keeper.ts'
import type { RoomState } from './room-state.ts'
import type { Rooms } from './rooms.ts'

/** Pages of the self room that are read on one connection to find what came for this device. */
const selfPagesMax = 50

export interface RoomStreamHost {
  readonly tuning: ClientTuning
  readonly rooms: Rooms
  readonly outbox: Outbox
  readonly asks: Asks
  readonly invitations: Invitations
  readonly loads: HistoryLoads
  readonly counts: MemberCounts
  readonly keeper: Keeper
  readonly emit: (output: ClientOutput) => void
  readonly send: (now: Now, frame: UpFrame) => void
  readonly touch: (room: string) => void
  /** Rooms came, or these are gone. */
  readonly roomsChanged: (gone: readonly string[]) => void
  readonly invitationsChanged: () => void
  readonly me: () => string
}

export class RoomStream {
  readonly #host: RoomStreamHost
  /** How far back the self room was read on this connection. */
  #selfRead = { first: 1, pages: 0 }

  constructor(host: RoomStreamHost) {
    this.#host = host
  }

  /** After a welcome: `cursors` are those that its hello named. */
  resumed(now: Now, cursors: Readonly<Record<string, number>>): void {
    let prefetched = 0
    this.#readSelf(now)
    this.#host.rooms.noSelfFollowBeforeMs = 0
    for (const room of this.#host.rooms.all()) {
      this.#resume(now, room, cursors[room.room])
      if (room.head <= room.readUpTo || room.timeline.live.length > 0) continue
      prefetched += 1
      if (prefetched <= this.#host.tuning.prefetchedRoomsMax) this.#host.loads.older(now, room)
    }
  }

  entries(now: Now, frame: DownFrameOf<'entries'>): void {
    if (frame.room === this.#host.me()) return this.#selfEntries(now, frame)
    const room = this.#host.rooms.get(frame.room)
    if (room === undefined) return
    this.#host.keeper.opening.arrived(now, room, {
      entries: frame.entries,
      take: (at, entries) => this.#take(at, room, entries),
    })
  }

  #take(now: Now, room: RoomState, entries: readonly Entry[]): void {
    if (entries.some((entry) => room.timeline.contradicts(entry))) {
      this.#skipTo(now, room, entries[0]!.index - 1)
    }
    const { fresh, isHole } = room.timeline.append(entries)
    if (isHole && now.ms >= room.noFollowBeforeMs) {
      room.noFollowBeforeMs = now.ms + this.#host.tuning.retryMs
      const after = room.timeline.synced
      this.#host.send(now, { t: 'follow', room: room.room, after })
    }
    for (const entry of fresh) this.#entered(now, room, entry)
    if (fresh.length === 0) return
    this.#host.outbox.timelineReached(room.room, room.timeline.synced)
    this.#host.touch(room.room)
  }

  gap(now: Now, frame: DownFrameOf<'gap'>): void {
    if (frame.room === this.#host.me()) this.#host.rooms.selfSynced = frame.head
    const room = this.#host.rooms.get(frame.room)
    if (room === undefined) return
    this.#host.keeper.opening.after(now, room, (at) => this.#skipTo(at, room, frame.head))
  }

  /** Hands what changed in a room's timeline to the storage. */
  store(room: string): void {
    const timeline = this.#host.rooms.get(room)?.timeline
    const entries = timeline?.takeUnstored(this.#host.tuning.storedEntriesMax) ?? []
    if (entries.length === 0) return
    this.#host.emit({ kind: 'store-entries', room, entries, isReset: false })
  }

  /** The welcome told of a room; its cursor may stand at another place than the hello said. */
  #resume(now: Now, room: RoomState, cursor: number | undefined): void {
    this.#host.touch(room.room)
    const { timeline } = room
    const isResumed = cursor === timeline.synced
    // Nothing is lost by going back to the head when nothing is held.
    const isBehind = timeline.live.length === 0 && room.head < timeline.synced
    if (!isResumed) this.#host.keeper.skipped(room)
    if (isResumed ? isBehind : room.head !== timeline.synced) this.#skipTo(now, room, room.head)
  }

  #entered(now: Now, room: RoomState, entry: Entry): void {
    const me = this.#host.me()
    if (room.entered(entry, me) || room.ledger?.ranks.isWanted === true) {
      this.#host.counts.count(now, room, me)
    }
    this.#host.keeper.entered(now, room, entry)
    this.#host.outbox.entryArrived(room.room, entry)
    this.#host.emit({ kind: 'event', event: { kind: 'entry', room: room.room, entry } })
  }

  /** Invitations and mail that came while this device was away. */
  #readSelf(now: Now): void {
    this.#selfRead = { first: 1, pages: 0 }
    this.#readSelfPage(now, {}, (entries) => {
      if (this.#host.invitations.note(entries)) this.#host.invitationsChanged()
      return entries.filter(({ kind }) => kind === 'mail')
    })
  }

  /** A device that came into many rooms meanwhile finds its mail further back. */
  readOlderMail(now: Now): boolean {
    const { first, pages } = this.#selfRead
    if (first <= 1 || pages >= selfPagesMax) return false
    this.#readSelfPage(now, { before: first }, (entries) =>
      entries.filter((entry) => entry.kind === 'mail' && entry.mail.kind === 'welcome'),
    )
    return true
  }

  #readSelfPage(
    now: Now,
    where: { readonly before?: number },
    mailOf: (entries: readonly Entry[]) => readonly Entry[],
  ): void {
    const limit = this.#host.tuning.pageEntries
    const question = { t: 'history' as const, room: this.#host.me(), limit, ...where }
    this.#host.asks.ask(now, question, (at, result) => {
      const page = result.ok && result.answer.kind === 'history' ? result.answer : undefined
      const entries = page?.room === this.#host.me() ? page.entries : []
      const { first, pages } = this.#selfRead
      this.#selfRead = { first: entries[0]?.index ?? first, pages: pages + 1 }
      for (const entry of mailOf(entries)) this.#host.keeper.selfEntry(at, entry)
      this.#host.keeper.selfWasRead(at)
    })
  }

  #selfEntries(now: Now, frame: DownFrameOf<'entries'>): void {
    const { rooms } = this.#host
    for (const entry of frame.entries) {
      if (entry.index <= rooms.selfSynced) continue
      if (entry.index > rooms.selfSynced + 1) {
        if (now.ms < rooms.noSelfFollowBeforeMs) return
        rooms.noSelfFollowBeforeMs = now.ms + this.#host.tuning.retryMs
        return this.#host.send(now, { t: 'follow', room: frame.room, after: rooms.selfSynced })
      }
      rooms.selfSynced = entry.index
      this.#selfEntry(now, entry)
    }
  }

  #selfEntry(now: Now, entry: Entry): void {
    const { rooms, invitations } = this.#host
    if (invitations.note([entry])) this.#host.invitationsChanged()
    this.#host.keeper.selfEntry(now, entry)
    switch (entry.kind) {
      case 'room-added': {
        const me = this.#host.me()
        const room = rooms.add(entry, me)
        if (room === undefined) return
        this.#host.counts.count(now, room, me)
        this.#host.roomsChanged([])
        return this.#host.keeper.roomCame(now, entry)
      }
      case 'room-removed':
        if (!rooms.remove(entry.room)) return
        this.#host.roomsChanged([entry.room])
        return this.#host.keeper.roomsGone(now)
      case 'read': {
        const room = rooms.get(entry.room)
        if (room === undefined || !isMovedBy(room.readUpTo, entry)) return
        room.readUpTo = entry.upTo
        return this.#host.touch(entry.room)
      }
      default:
      // What concerns devices and the account changes nothing here.
    }
  }

  /** Goes on at `head`; what lies between is left to history. */
  #skipTo(now: Now, room: RoomState, head: number): void {
    const from = room.timeline.synced + 1
    const { timeline } = room
    const looked = timeline.viewsApart.map((view) => {
      const { first, last } = timeline.shownIn(view)
      return { view, index: Math.max(1, Math.floor((first + last) / 2)) }
    })
    const wasHeld = timeline.live.length > 0
    this.#host.keeper.skipped(room)
    room.timeline.reset(head)
    room.head = head
    const gap = { kind: 'gap', room: room.room, from, to: head } as const
    if (head >= from) this.#host.emit({ kind: 'event', event: gap })
    this.#host.emit({ kind: 'store-entries', room: room.room, entries: [], isReset: true })
    this.#host.outbox.timelineReached(room.room, head)
    this.#host.touch(room.room)
    if (wasHeld || room.isOpened) this.#host.loads.older(now, room)
    for (const it of looked) this.#host.loads.around(now, { room, ...it }, () => {})
  }
}

/** As on the server: forward always, back only from where it was seen to stand. */
function isMovedBy(marker: number, moved: { readonly upTo: number; readonly was?: number }) {
  return moved.was === undefined ? moved.upTo > marker : moved.was === marker
}
