/**
 * How sessions that are behind catch up (P7): by requests for what follows their place, a few rooms
 * at a time and one request a room, until they stand where the feed is and join the live stream.
 * While a session's socket does not drain it reads nothing, and nothing is kept for it. Who is more
 * than `resumeEntriesMax` behind hears `gap` instead and goes on from the newest.
 *
 * A client may hold more than its first backend knew (that one lagged). It is believed for a while:
 * the feed will reach its place. When it does not, the client holds what the log never had, and
 * hears `gap`.
 */
import type { Limits } from '@starling/protocol/limits'
import type { Reply } from '../link/down.ts'
import type { Now } from '../now.ts'
import { entriesText, type FedRoom } from './fed-room.ts'
import type { Feeds } from './feeds.ts'
import type { Followers } from './followers.ts'
import type { Outputs } from './outputs.ts'
import type { Requests } from './requests.ts'
import type { Session } from './session.ts'

const roomsAtOnceMax = 4
const pauseMsMin = 50
const pauseMsMax = 2_000
const refusalsMax = 8
const doubtMsMax = 5_000

interface Reader {
  readonly reading: Set<string>
  readonly pauses: Map<string, { readonly untilMs: number; readonly failures: number }>
}

interface Doubt {
  readonly session: Session
  readonly fed: FedRoom
  readonly place: number
  readonly untilMs: number
}

export interface ReadingOptions {
  readonly limits: Limits
  readonly catchUpEntries: number
  readonly feeds: Feeds
  readonly followers: Followers
  readonly requests: Requests
  readonly outputs: Outputs
  readonly cannotFollow: (session: Session) => void
  readonly changed: (session: Session) => void
}

export class Reading {
  readonly #options: ReadingOptions
  readonly #readers = new Map<Session, Reader>()
  readonly #paused = new Set<Session>()
  #doubts: Doubt[] = []

  constructor(options: ReadingOptions) {
    this.#options = options
  }

  /** The session holds more than was known here. */
  doubt(now: Now, session: Session, room: string, place: number): void {
    const fed = this.#options.feeds.get(room)
    if (fed === undefined) return
    this.#doubts.push({ session, fed, place, untilMs: now.ms + doubtMsMax })
  }

  /** Asks for whatever the hungry may read now. */
  run(now: Now): void {
    const { hungry } = this.#options.followers
    for (const session of hungry) {
      hungry.delete(session)
      const { online } = session
      if (online === undefined || session.isBlocked) continue
      if (online.lagging.size === 0) this.#rest(session)
      for (const room of [...online.lagging]) {
        const reader = this.#readerOf(session)
        if (reader.reading.size >= roomsAtOnceMax) break
        if (reader.reading.has(room)) continue
        if ((reader.pauses.get(room)?.untilMs ?? 0) > now.ms) this.#paused.add(session)
        else this.#read(now, session, room)
      }
    }
  }

  tick(now: Now): void {
    for (const session of this.#paused) this.#options.followers.hungry.add(session)
    this.#paused.clear()
    const due = this.#doubts.filter(({ untilMs }) => untilMs <= now.ms)
    if (due.length === 0) return
    this.#doubts = this.#doubts.filter(({ untilMs }) => untilMs > now.ms)
    for (const { session, fed, place } of due) {
      if (fed.placeOf(session) === place && place > fed.next) this.#gap(session, fed)
    }
  }

  forget(session: Session): void {
    this.#readers.delete(session)
    this.#paused.delete(session)
    this.#doubts = this.#doubts.filter((doubt) => doubt.session !== session)
  }

  #read(now: Now, session: Session, room: string): void {
    const { feeds, requests, limits, catchUpEntries } = this.#options
    const fed = feeds.get(room)
    const place = fed?.placeOf(session)
    const by = session.online?.user
    if (fed === undefined || place === undefined || by === undefined) return
    if (fed.next - place > limits.resumeEntriesMax) return this.#gap(session, fed)
    this.#readerOf(session).reading.add(room)
    const code = requests.ask(now, {
      session,
      body: { kind: 'catch-up', by, room, after: place - 1, limit: catchUpEntries },
      about: { room },
      isInternal: true,
      settle: (then, reply) => this.#settle(then, session, { room, reply }),
    })
    if (code !== undefined) this.#settle(now, session, { room, reply: { kind: 'refused', code } })
  }

  #settle(now: Now, session: Session, { room, reply }: { room: string; reply: Reply }): void {
    const { feeds, followers, outputs } = this.#options
    const { online } = session
    if (online === undefined) return
    this.#readerOf(session).reading.delete(room)
    followers.hungry.add(session)
    const fed = feeds.get(room)
    const place = fed?.placeOf(session)
    if (fed === undefined || place === undefined || !online.lagging.has(room)) return
    if (reply.kind !== 'catch-up') return this.#pause(now, session, { room, isRefused: true })
    if (session.isBlocked) return
    const entries = place < reply.from ? [] : reply.entries.slice(place - reply.from)
    // Nothing yet: that backend has not got as far as the feed.
    if (entries.length === 0) return this.#pause(now, session, { room, isRefused: false })
    this.#readerOf(session).pauses.delete(room)
    const texts = entries.map((entry) => entry.json)
    outputs.text([session.id], entriesText(room, place, texts))
    followers.read(session, fed, entries)
  }

  /**
   * A backend that lags may not know yet that the person is in the room; when they are not, their
   * self room says so. Only if neither comes true the room is given up.
   */
  #pause(now: Now, session: Session, about: { room: string; isRefused: boolean }): void {
    const { pauses } = this.#readerOf(session)
    const failures = pauses.get(about.room)?.failures ?? 0
    if (about.isRefused && failures >= refusalsMax) {
      pauses.delete(about.room)
      this.#options.followers.unfollow(session, about.room)
      return this.#options.changed(session)
    }
    const untilMs = now.ms + Math.min(pauseMsMin * 2 ** failures, pauseMsMax)
    pauses.set(about.room, { untilMs, failures: failures + 1 })
  }

  #gap(session: Session, fed: FedRoom): void {
    const { online } = session
    if (online === undefined) return
    // Entries of the self room that it will never read would have told which rooms it follows.
    const isBlind = online.user === fed.room && online.selfSeen < fed.next - 1
    if (isBlind && online.lagging.has(fed.room)) return this.#options.cannotFollow(session)
    this.#options.followers.put(session, fed, fed.next)
    this.#options.outputs.frame(session.id, { t: 'gap', room: fed.room, head: fed.next - 1 })
  }

  /** It has caught up everywhere: of most sessions nothing need be kept. */
  #rest(session: Session): void {
    if (this.#readers.get(session)?.reading.size === 0) this.#readers.delete(session)
  }

  #readerOf(session: Session): Reader {
    let reader = this.#readers.get(session)
    if (reader === undefined) {
      reader = { reading: new Set(), pauses: new Map() }
      this.#readers.set(session, reader)
    }
    return reader
  }
}
