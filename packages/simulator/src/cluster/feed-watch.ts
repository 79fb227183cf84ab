/**
 * Watches that a backend feeds what it has: when a turn in which records were handed to it is over,
 * every feed of the rooms that they changed has been sent their newest entry (one turn may leave
 * more than so many entries of a feed to the next).
 */
import type { LoggedRecord } from '@starling/core/backend/backend-io'
import type { LinkDown } from '@starling/core/link/down'
import type { LinkUp } from '@starling/core/link/up'
import type { Store } from '@starling/core/room/store'
import { BrokenPromise } from '../broken-promise.ts'

/** As in core/backend/room-feeds.ts. */
const feedEntriesMax = 500

export class FeedWatch {
  readonly #backend: string
  readonly #store: Store
  /** Room → link → the next index. */
  readonly #next = new Map<string, Map<string, number>>()
  readonly #changed = new Map<string, number>()

  constructor(backend: string, store: Store) {
    this.#backend = backend
    this.#store = store
  }

  up(link: string, frame: LinkUp): void {
    if (frame.t === 'unfeed') this.#next.get(frame.room)?.delete(link)
    if (frame.t !== 'feed') return
    const links = this.#next.get(frame.room) ?? new Map<string, number>()
    this.#next.set(frame.room, links)
    links.set(link, Math.max(1, frame.from))
  }

  down(link: string, frame: LinkDown): void {
    if (frame.t === 'no-feed') this.#next.get(frame.room)?.delete(link)
    if (frame.t !== 'entries') return
    const links = this.#next.get(frame.room)
    if (links?.has(link)) links.set(link, frame.from + frame.entries.length)
  }

  closed(link: string): void {
    for (const links of this.#next.values()) links.delete(link)
  }

  /** `truth`: as the log has them, with what applying them did where the engine knows. */
  records(truth: readonly LoggedRecord[]): void {
    for (const { record, applied } of truth) {
      if (applied === undefined) {
        for (const op of record.ops) if (op.kind === 'room') this.#changed.set(op.room, 0)
      } else {
        for (const { room, entries } of applied.rooms) {
          this.#changed.set(room, entries.at(-1)?.index ?? 0)
        }
      }
    }
  }

  turnEnded(): void {
    for (const [room, index] of this.#changed) {
      const newest = index === 0 ? (this.#store.room(room)?.head ?? 0) : index
      for (const [link, next] of this.#next.get(room) ?? []) {
        if (next > newest || newest - next >= feedEntriesMax) continue
        const what = `${room} from ${next} although it has ${newest}`
        throw new BrokenPromise('P3', `${this.#backend} owes ${link} ${what}`)
      }
    }
    this.#changed.clear()
  }
}
