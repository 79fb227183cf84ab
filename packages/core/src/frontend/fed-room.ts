/**
 * A room that somebody here follows: its feed, its followers and their places.
 *
 * `next` is the index that the feed must bring next. Live followers stand there too, so they share
 * one number and one text. All others have a place of their own: behind (`place < next`), they read
 * until they have caught up; ahead (`place > next`, since they were answered by a backend that knew
 * more), they wait until the feed has reached them. Entries of one turn gather in a batch and leave
 * as one text; who joins or leaves the live ones meanwhile makes the batch leave first.
 */
import { FewSet } from './few-set.ts'
import type { Outputs } from './outputs.ts'
import type { Session } from './session.ts'

export interface RoomPresence {
  /** Nobody where there are more people than are told by name. */
  readonly online: Set<string>
  count: number
  /** The whole truth as a frame, made when somebody joins and kept until something changes. */
  text: string | undefined
  /** When a change was told last. */
  toldMs: number
  /** People who came or went since. */
  changed: Set<string> | undefined
}

export class FedRoom {
  readonly room: string
  readonly live = new FewSet<Session>()
  /** Of those that are not live; made when there is one, and gone with the last. */
  #places: Map<Session, number> | undefined
  next: number
  presence: RoomPresence | undefined
  /** Where the feed comes from. */
  backend: string | undefined
  /** Asked again without success so often, and not again before. */
  failures = 0
  retryAtMs: number | undefined
  reaskedAtMs = Number.NEGATIVE_INFINITY
  #batchFrom = 0
  #batch: string[] | undefined
  /** Of the live; undefined when somebody came, went or was blocked since it was made. */
  #receivers: readonly string[] | undefined

  constructor(room: string, next: number) {
    this.room = room
    this.next = next
  }

  get followers(): number {
    return this.live.size + (this.#places?.size ?? 0)
  }

  *sessions(): Iterable<Session> {
    yield* this.live
    if (this.#places !== undefined) yield* this.#places.keys()
  }

  /** Whoever follows a self room is its person. */
  get isSelf(): boolean {
    for (const session of this.sessions()) return session.online?.user === this.room
    return false
  }

  /** The index that the session needs next, where it follows. */
  placeOf(session: Session): number | undefined {
    return this.live.has(session) ? this.next : this.#places?.get(session)
  }

  /** Puts the session at `place`; live if that is where the feed is. The batch must have left. */
  put(session: Session, place: number): void {
    if (place === this.next && !session.isBlocked) {
      this.#goLive(session)
    } else {
      this.#leaveLive(session)
      this.#place(session, place)
    }
  }

  /** A follower takes nothing for now; the next flush gives it a place of its own. */
  blocked(): void {
    this.#receivers = undefined
  }

  remove(session: Session): void {
    this.#leaveLive(session)
    this.#displace(session)
    session.online?.lagging.delete(this.room)
  }

  /** The entry `next`, encoded. */
  append(json: string): void {
    if (this.#batch === undefined) {
      this.#batchFrom = this.next
      this.#batch = []
    }
    this.#batch.push(json)
    this.next += 1
  }

  /** Sends the batch to all that it concerns; returns how many entries went out. */
  flush(outputs: Outputs): number {
    const [from, batch] = [this.#batchFrom, this.#batch]
    if (batch === undefined) return 0
    this.#batch = undefined
    this.#receivers ??= this.#receiversNow(from)
    outputs.text(this.#receivers, entriesText(this.room, from, batch))
    let sent = this.#receivers.length * batch.length
    // Nobody gets a place here that had none, so the map can be gone through as it is.
    for (const [session, place] of this.#places ?? []) {
      if (place < from || place > this.next) continue
      if (session.isBlocked) {
        this.#place(session, place)
        continue
      }
      const rest = batch.slice(place - from)
      if (rest.length > 0) outputs.text([session.id], entriesText(this.room, place, rest))
      sent += rest.length
      this.#goLive(session)
    }
    return sent
  }

  /** Blocked ones stand where the batch begins. */
  #receiversNow(from: number): readonly string[] {
    const receivers: string[] = []
    for (const session of this.live) {
      if (!session.isBlocked) {
        receivers.push(session.id)
      } else {
        this.live.delete(session)
        this.#place(session, from)
      }
    }
    return receivers
  }

  #goLive(session: Session): void {
    this.#displace(session)
    this.live.add(session)
    this.#receivers = undefined
    session.online?.lagging.delete(this.room)
  }

  #leaveLive(session: Session): void {
    if (this.live.delete(session)) this.#receivers = undefined
  }

  #displace(session: Session): void {
    if (this.#places?.delete(session) && this.#places.size === 0) this.#places = undefined
  }

  #place(session: Session, place: number): void {
    this.#places ??= new Map()
    this.#places.set(session, place)
    if (place < this.next) session.online?.lagging.add(this.room)
    else session.online?.lagging.delete(this.room)
  }
}

/** An `entries` frame around entries that are JSON already. */
export function entriesText(room: string, from: number, entries: readonly string[]): string {
  const list = entries.join(',')
  return `{"t":"entries","room":${JSON.stringify(room)},"from":${from},"entries":[${list}]}`
}
