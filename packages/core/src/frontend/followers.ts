/**
 * Who follows which room, and what the entries of a room do to that. An entry may name a person who
 * is `gone` from the room: their sessions get it as their last. Entries of a self room make their
 * person's sessions follow a room or no longer, and close the sessions of a revoked device. These
 * effects are taken once, in order, from whichever comes first: the feed or the session's reading.
 */
import type { FedEntry } from '../link/down.ts'
import type { FedRoom } from './fed-room.ts'
import type { Feeds } from './feeds.ts'
import type { Outputs } from './outputs.ts'
import type { Session } from './session.ts'

export interface FollowersOptions {
  readonly feeds: Feeds
  readonly outputs: Outputs
  readonly sessionsOf: (user: string) => Iterable<Session>
  readonly revoked: (session: Session) => void
  /** The list of rooms of a session has changed. */
  readonly changed: (session: Session) => void
  /** A session has begun to follow. */
  readonly joined: (session: Session, fed: FedRoom) => void
  /** Nobody follows it any more. */
  readonly deserted: (fed: FedRoom) => void
}

export interface Place {
  /** The first index that the session is to get. */
  readonly place: number
  /** Its person is in the room as of this index. */
  readonly isInAt: number
  /** Where a new feed starts; what lies between is read. */
  readonly feedFrom: number
}

export class Followers {
  readonly #options: FollowersOptions
  /** Sessions that may have something to read. */
  readonly hungry = new Set<Session>()
  readonly #batched = new Set<FedRoom>()
  entriesInTotal = 0
  entriesOutTotal = 0

  constructor(options: FollowersOptions) {
    this.#options = options
  }

  follow(session: Session, room: string, at: Place): void {
    const { online } = session
    if (online === undefined) return
    online.rooms.set(room, at.isInAt)
    const fed = this.#options.feeds.open(room, at.feedFrom)
    this.put(session, fed, at.place)
    this.#options.joined(session, fed)
  }

  /** Another place in a room that it follows. */
  put(session: Session, fed: FedRoom, place: number): void {
    this.#flush(fed)
    fed.put(session, place)
    if (session.online?.lagging.has(fed.room)) this.hungry.add(session)
  }

  unfollow(session: Session, room: string): void {
    session.online?.rooms.delete(room)
    const fed = this.#options.feeds.get(room)
    if (fed === undefined) return
    this.#flush(fed)
    this.#remove(session, fed)
  }

  /** Its socket takes nothing more for now. */
  blocked(session: Session): void {
    for (const room of session.online?.rooms.keys() ?? []) this.#options.feeds.get(room)?.blocked()
  }

  /** The connection ended. */
  forget(session: Session): void {
    this.hungry.delete(session)
    if (session.state.kind !== 'online') return
    for (const room of session.state.rooms.keys()) {
      const fed = this.#options.feeds.get(room)
      if (fed !== undefined) this.#remove(session, fed)
    }
  }

  /** Entries of the feed, the first of them being the room's next. */
  fed(fed: FedRoom, entries: readonly FedEntry[]): void {
    this.entriesInTotal += entries.length
    const { isSelf } = fed
    for (const entry of entries) {
      const index = fed.next
      fed.append(entry.json)
      this.#batched.add(fed)
      if (entry.gone !== undefined) this.#gone(fed, entry.gone, index)
      if (!isSelf) continue
      if (entry.follow !== undefined) this.#flush(fed)
      for (const session of [...fed.sessions()]) this.#affect(session, fed, index, entry)
    }
  }

  /** Entries that one session read, from its place on; it stands behind them then. */
  read(session: Session, fed: FedRoom, entries: readonly FedEntry[]): void {
    const place = fed.placeOf(session)
    if (place === undefined) return
    this.entriesOutTotal += entries.length
    this.put(session, fed, place + entries.length)
    for (const [at, entry] of entries.entries()) {
      if (!session.isClosed) this.#affect(session, fed, place + at, entry)
    }
  }

  /** Everything of this turn leaves. */
  flush(): void {
    for (const fed of this.#batched) this.#flush(fed)
    this.#batched.clear()
  }

  #flush(fed: FedRoom): void {
    this.entriesOutTotal += fed.flush(this.#options.outputs)
  }

  #remove(session: Session, fed: FedRoom): void {
    fed.remove(session)
    if (fed.followers > 0) return
    this.#options.feeds.close(fed)
    this.#options.deserted(fed)
  }

  #gone(fed: FedRoom, user: string, index: number): void {
    for (const session of [...this.#options.sessionsOf(user)]) {
      const isInAt = session.online?.rooms.get(fed.room)
      if (isInAt === undefined || isInAt >= index) continue
      this.unfollow(session, fed.room)
      this.#options.changed(session)
    }
  }

  #affect(session: Session, fed: FedRoom, index: number, entry: FedEntry): void {
    const { online } = session
    if (online === undefined || online.user !== fed.room || index <= online.selfSeen) return
    if (entry.revoked === online.device) {
      this.#flush(fed)
      return this.#options.revoked(session)
    }
    if (index !== online.selfSeen + 1) return
    // No entry of a new room may reach a session before it was told of the room.
    if (entry.follow !== undefined && (fed.placeOf(session) ?? 0) <= index) return
    online.selfSeen = index
    const { follow, unfollow } = entry
    if (unfollow !== undefined) this.unfollow(session, unfollow)
    if (follow !== undefined) {
      const { room, from } = follow
      this.follow(session, room, { place: from, isInAt: from, feedFrom: from })
    }
    if (follow !== undefined || unfollow !== undefined) this.#options.changed(session)
  }
}
