/**
 * What was sealed is opened on its way into the timeline. What arrives of a room stands in a queue
 * until it was opened, in the order in which it came, so that the timeline gets the same entries in
 * the same order as if nothing had been sealed (P3). What was not opened when the connection was
 * lost is dropped: the next `resume` names the timeline's end and it comes again (P5).
 *
 * What cannot be opened takes its place all the same, as `unreadable` with its box; when keys come
 * it is opened again and replaced where it stands.
 */
import type { Entry } from '@starling/protocol/entry'
import type { Chance, Now } from '../../now.ts'
import type { RoomState } from '../room-state.ts'
import type { CipherOutcome, OpenedOutcome } from './cipher.ts'
import type { CipherJobs } from './cipher-jobs.ts'
import {
  type About,
  type ChangedIdentities,
  fromServer,
  isBeforeJoin,
  openedEntry,
  sealedAgain,
} from './content.ts'
import { retryMs } from './group.ts'

/** Entries in one job. */
export const openEntriesMax = 200
/** Commits that the cipher could not take are given again; of more, the newest. */
const untoldMax = 50
/** Commits of which it is remembered who came with another identity, until their entry arrives. */
const identitiesMax = 200

type Take = (now: Now, entries: readonly Entry[]) => void
/** `live`: commits among the entries are news for the cipher. */
type Way = 'live' | 'page'

export interface OpeningHost {
  readonly hasCipher: boolean
  readonly jobs: CipherJobs
  /** The room, unless it is gone. */
  readonly isKnown: (room: RoomState) => boolean
  /** What it is called and what it is about, told by the entry with this index. */
  readonly about: (room: RoomState, entry: Entry, about: About) => void
  /** Opened, by whatever way. */
  readonly opened: (room: RoomState, entries: readonly Entry[]) => void
  readonly touch: (room: string) => void
  /** The cipher could do nothing just now; commits may have been among what it was given. */
  readonly missed: (room: RoomState) => void
  /** Something took its place without its key. */
  readonly lacking: (now: Now, room: RoomState) => void
  readonly chance: Chance
}

/** What could not be opened because the cipher failed is tried again by itself. */
interface Failed {
  readonly tries: number
  readonly againAtMs: number
  /** Since the last try. */
  readonly isAnew: boolean
  /** What changed the group, in order: nobody tells again that it began, or that one is in it. */
  readonly untold: readonly Entry[]
}

/** Entries as a server told them, and what takes them opened. */
export interface Told {
  readonly entries: readonly Entry[]
  readonly take: Take
}

export class Opening {
  readonly #host: OpeningHost
  /** The first of each is with the cipher. */
  #arrivals = new Map<RoomState, Told[]>()
  /** Rooms whose unreadable entries are tried again, and which of them once more after that. */
  readonly #healing = new Map<RoomState, 'newer' | 'all' | undefined>()

  #identities: readonly { room: RoomState; index: number; users: readonly string[] }[] = []

  readonly #failed = new Map<RoomState, Failed>()

  constructor(host: OpeningHost) {
    this.#host = host
  }

  /** Live entries, in order. */
  arrived(now: Now, room: RoomState, { entries, take }: Told): void {
    if (!room.isEncrypted) return take(now, entries)
    for (let at = 0; at < entries.length; at += openEntriesMax) {
      this.#enqueue(now, room, { entries: entries.slice(at, at + openEntriesMax), take })
    }
  }

  /** Done when all that arrived before is in the timeline. */
  after(now: Now, room: RoomState, act: (now: Now) => void): void {
    this.#enqueue(now, room, { entries: [], take: (at) => act(at) })
  }

  /** A page of history, or whatever is not live. */
  page(now: Now, room: RoomState | undefined, { entries, take }: Told): void {
    if (room?.isEncrypted !== true) return take(now, entries)
    this.#open(now, room, { entries, way: 'page', take })
  }

  /**
   * With this commit these people came with another identity. It may have been fetched, ahead of
   * its entry or behind it.
   */
  identities(room: RoomState, told: OpenedOutcome['identities']): void {
    if (told.length === 0) return
    this.#identities = [...this.#identities, ...told.map((one) => ({ room, ...one }))]
    this.#identities = this.#identities.slice(-identitiesMax)
    const held = told.flatMap(({ index }) => room.timeline.live.at(index) ?? [])
    if (held.length === 0) return
    room.timeline.replace(this.#marked(room, held))
    this.#host.touch(room.room)
  }

  /** A new connection: what was not taken comes again. */
  dropArrivals(): void {
    this.#arrivals = new Map()
  }

  /**
   * Keys came: tries again what could not be opened. What was said before one joined only keys of
   * older epochs open (`all`).
   */
  heal(now: Now, room: RoomState, which: 'newer' | 'all'): void {
    if (!this.#host.hasCipher) return
    if (which === 'all') room.reach.forget()
    if (this.#healing.has(room)) {
      if (this.#healing.get(room) !== 'all') this.#healing.set(room, which)
      return
    }
    const unopened = room.timeline
      .unopened()
      .filter((entry) => which === 'all' || !isBeforeJoin(entry))
    if (unopened.length === 0) return
    this.#healing.set(room, undefined)
    this.#healNext(now, room, unopened)
  }

  tick(now: Now): void {
    for (const [room, { againAtMs, tries, untold }] of this.#failed) {
      if (!this.#host.isKnown(room)) this.#failed.delete(room)
      else if (againAtMs <= now.ms) {
        const pauseMs = retryMs(tries + 1, this.#host.chance())
        const againMs = now.ms + pauseMs
        const next = { tries: tries + 1, againAtMs: againMs, isAnew: false, untold: [] }
        this.#failed.set(room, next)
        if (untold.length > 0) this.#open(now, room, { entries: untold, way: 'live', take })
        this.#host.missed(room)
        this.heal(now, room, 'newer')
        if (!this.#healing.has(room)) this.#healed(room)
      }
    }
  }

  #enqueue(now: Now, room: RoomState, arrival: Told): void {
    const arrivals = this.#arrivals.get(room)
    if (arrivals !== undefined) {
      arrivals.push(arrival)
      return
    }
    const queue = [arrival]
    this.#arrivals.set(room, queue)
    this.#take(now, room, queue)
  }

  #take(now: Now, room: RoomState, queue: Told[]): void {
    if (queue.length === 0) {
      this.#arrivals.delete(room)
      return
    }
    const taken = together(queue)
    const entries = taken.flatMap((told) => told.entries)
    const take: Take = (at, opened) => {
      // Dropped meanwhile: another queue, or none, stands for the room.
      if (this.#arrivals.get(room) !== queue) return
      queue.splice(0, taken.length)
      let from = 0
      for (const told of taken) {
        const to = from + told.entries.length
        if (this.#host.isKnown(room)) told.take(at, opened.slice(from, to))
        from = to
      }
      this.#take(at, room, queue)
    }
    this.#open(now, room, { entries, way: 'live', take })
  }

  #open(
    now: Now,
    room: RoomState,
    { entries: told, way, take }: Told & { readonly way: Way },
  ): void {
    const entries = told.map(fromServer)
    const asked = entries.filter((entry) => this.#isForCipher(entry, way))
    if (asked.length === 0) return take(now, entries)
    const isHistoryShared = room.isHistoryShared
    const work = { kind: 'open', room: room.room, entries: asked, isHistoryShared } as const
    this.#host.jobs.room(work, (at, { outcome }) => {
      this.#noteFailure(at, room, { outcome, asked })
      const opened = entries.map((entry) => {
        return entry.kind === 'sealed' ? this.#sealed(room, entry, outcome) : entry
      })
      const marked = this.#marked(room, opened)
      take(at, marked)
      if (marked.some(isLacking)) this.#host.lacking(at, room)
      if (marked.some(isBeforeJoin)) this.#measure(room)
      const read = marked.filter((entry) => entry.isSealed === true && entry.kind !== 'sealed')
      if (read.length > 0) this.#host.opened(room, read)
    })
  }

  #sealed(room: RoomState, entry: Entry, outcome: CipherOutcome): Entry {
    if (entry.kind !== 'sealed') return entry
    const { index } = entry
    if (outcome.kind !== 'opened') {
      const isUnlinked = outcome.kind === 'failed' && outcome.code === 'not-linked'
      const why = isUnlinked ? 'not-linked' : 'no-key'
      return openedEntry(entry, { index, ok: false, why }).entry
    }
    const opened = openedEntry(
      entry,
      outcome.boxes.find((box) => box.index === index),
    )
    this.#host.about(room, opened.entry, opened.about)
    return opened.entry
  }

  #healNext(now: Now, room: RoomState, left: readonly Entry[]): void {
    const batch = left.slice(0, openEntriesMax)
    if (batch.length === 0 || !this.#host.isKnown(room)) {
      const again = this.#healing.get(room)
      this.#healing.delete(room)
      this.#healed(room)
      if (again !== undefined) this.heal(now, room, again)
      return
    }
    const oldestFirst = [...batch].reverse()
    this.#open(now, room, {
      entries: oldestFirst.map(sealedAgain),
      way: 'page',
      take: (at, opened) => {
        const changed = opened.filter((entry, n) => isOther(oldestFirst[n]!, entry))
        room.timeline.replace(changed)
        if (changed.length > 0) this.#host.touch(room.room)
        this.#healNext(at, room, left.slice(batch.length))
      },
    })
  }

  #measure(room: RoomState): void {
    if (!room.reach.ask()) return
    this.#host.jobs.room({ kind: 'spans', room: room.room }, (_, { outcome }) => {
      room.reach.told(outcome.kind === 'spans' ? outcome.spans : undefined)
      this.#host.touch(room.room)
    })
  }

  #noteFailure(
    now: Now,
    room: RoomState,
    { outcome, asked }: { outcome: CipherOutcome; asked: readonly Entry[] },
  ): void {
    if (outcome.kind !== 'failed' || outcome.code === 'not-linked') return
    const againAtMs = now.ms + retryMs(0, this.#host.chance())
    const known = this.#failed.get(room) ?? { tries: 0, againAtMs, untold: [] }
    const changes = asked.filter(({ kind }) => kind !== 'sealed')
    const untold = [...known.untold, ...changes].slice(-untoldMax)
    this.#failed.set(room, { ...known, isAnew: true, untold })
  }

  /** All that could not be opened was tried again, and the cipher did not fail. */
  #healed(room: RoomState): void {
    const failed = this.#failed.get(room)
    if (failed?.isAnew === false) this.#failed.delete(room)
  }

  #marked(room: RoomState, entries: readonly Entry[]): readonly Entry[] {
    if (this.#identities.length === 0) return entries
    return entries.map((entry): Entry & ChangedIdentities => {
      if (entry.kind !== 'commit') return entry
      const told = this.#identities.find((one) => one.room === room && one.index === entry.index)
      return told === undefined ? entry : { ...entry, identities: told.users }
    })
  }

  #isForCipher(entry: Entry, way: Way): boolean {
    if (!this.#host.hasCipher) return false
    if (entry.kind === 'sealed') return true
    return way === 'live' && (entry.kind === 'commit' || entry.kind === 'group')
  }
}

function isLacking(entry: Entry): boolean {
  return entry.kind === 'unreadable' && (entry.why === 'no-key' || entry.why === 'before-join')
}

function take(): void {
  // Its entry stands in the timeline; what it says is for the cipher alone.
}

/** The first ones of a queue, as many as make one job. */
function together(queue: readonly Told[]): readonly Told[] {
  let count = 0
  const end = queue.findIndex(({ entries }) => {
    count += entries.length
    return count > openEntriesMax
  })
  return queue.slice(0, end < 0 ? queue.length : Math.max(1, end))
}

/** Replacing what is still unreadable for the same reason would only draw it again. */
function isOther(before: Entry, after: Entry): boolean {
  if (after.kind !== 'unreadable') return true
  return before.kind !== 'unreadable' || before.why !== after.why
}
