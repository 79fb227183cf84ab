/**
 * A room that somebody here follows: its feed, its followers and their places.
 *
 * `next` is the index that the feed must bring next. Live followers stand there too, so they share
 * one number and one text. All others have a place of their own: behind (`place < next`), they read
 * until they have caught up; ahead (`place > next`, since they were answered by a backend that knew
 * more), they wait until the feed has reached them. Entries of one turn gather in a batch and leave
 * as one text; who joins or leaves the live ones meanwhile makes the batch leave first.
 */
import type { Outputs } from './outputs.ts'
import type { Session } from './session.ts'

export interface RoomPresence {
  /** Nobody where there are more people than are told by name. */
  readonly online: Set<string>
  count: number
  /** The whole truth as a frame, made when somebody joins and kept until something changes. */
  text: string | undefined
}

export class FedRoom {
  readonly room: string
  readonly live = new Set<Session>()
  readonly #places = new Map<Session, number>()
  next: number
  presence: RoomPresence | undefined
  /** Where the feed comes from. */
  backend: string | undefined
  /** Asked again without success so often, and not again before. */
  failures = 0
  retryAtMs: number | undefined
  reaskedAtMs = Number.NEGATIVE_INFINITY
  #batchFrom = 0
  #batch: string[] = []
  /** Of the live; undefined when somebody came, went or was blocked since it was made. */
  #receivers: readonly string[] | undefined

  constructor(room: string, next: number) {
    this.room = room
    this.next = next
  }

  get followers(): number {
    return this.live.size + this.#places.size
  }

  *sessions(): Iterable<Session> {
    yield* this.live
    yield* this.#places.keys()
  }

  /** The index that the session needs next, where it follows. */
  placeOf(session: Session): number | undefined {
    return this.live.has(session) ? this.next : this.#places.get(session)
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
    this.#places.delete(session)
    session.online?.lagging.delete(this.room)
  }

  /** The entry `next`, encoded. */
  append(json: string): void {
    if (this.#batch.length === 0) this.#batchFrom = this.next
    this.#batch.push(json)
    this.next += 1
  }

  /** Sends the batch to all that it concerns; returns how many entries went out. */
  flush(outputs: Outputs): number {
    if (this.#batch.length === 0) return 0
    const [from, batch] = [this.#batchFrom, this.#batch]
    this.#batch = []
    this.#receivers ??= this.#receiversNow(from)
    outputs.text(this.#receivers, entriesText(this.room, from, batch))
    let sent = this.#receivers.length * batch.length
    if (this.#places.size === 0) return sent
    for (const [session, place] of [...this.#places]) {
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
    this.#places.delete(session)
    this.live.add(session)
    this.#receivers = undefined
    session.online?.lagging.delete(this.room)
  }

  #leaveLive(session: Session): void {
    if (this.live.delete(session)) this.#receivers = undefined
  }

  #place(session: Session, place: number): void {
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
