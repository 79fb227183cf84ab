/**
 * One feed for each room that somebody here follows, from one backend. Its place is found by
 * rendezvous hashing over the backends that can be read from. When that backend is gone, silent,
 * about to stop or alone without the log, the feed is asked of another from the next index on. In
 * an outage of the log nothing moves for want of it, nor for a moment afterwards, since not all
 * backends are back at once. When the set of those that can be read from has been quiet for a
 * while, feeds that stand elsewhere than preferred move, so many a tick.
 *
 * The dense index makes all of it safe: whoever sends, what is older than `next` is dropped, what
 * continues it is taken, and what leaves a hole is asked for again from `next`.
 */
import type { FedEntry } from '../link/down.ts'
import type { Now } from '../now.ts'
import type { BackendMonitor } from './backend-monitor.ts'
import { FedRoom } from './fed-room.ts'
import type { Outputs } from './outputs.ts'
import { byPreference, preferred } from './rendezvous.ts'

const settleMs = 1_000
const movesPerTickMax = 64
const retryMsMin = 50
const retryMsMax = 2_000
const reaskMs = 100

export class Feeds {
  readonly #monitor: BackendMonitor
  readonly #outputs: Outputs
  readonly #rooms = new Map<string, FedRoom>()
  /** Rooms whose feed could not be placed, or was refused. */
  readonly #waiting = new Set<FedRoom>()
  /** Rooms to be looked at for a better place, once the backends have been quiet. */
  #misplaced: FedRoom[] = []
  #settledAtMs: number | undefined

  constructor(monitor: BackendMonitor, outputs: Outputs) {
    this.#monitor = monitor
    this.#outputs = outputs
  }

  get rooms(): Iterable<FedRoom> {
    return this.#rooms.values()
  }

  get(room: string): FedRoom | undefined {
    return this.#rooms.get(room)
  }

  backendOf(room: string): string | undefined {
    return this.#rooms.get(room)?.backend
  }

  open(room: string, next: number): FedRoom {
    const known = this.#rooms.get(room)
    if (known !== undefined) return known
    const fed = new FedRoom(room, next)
    this.#rooms.set(room, fed)
    this.#place(fed, preferred(room, this.#monitor.readable))
    return fed
  }

  close(fed: FedRoom): void {
    this.#rooms.delete(fed.room)
    this.#waiting.delete(fed)
    this.#unfeed(fed)
  }

  /** What of these entries continues the room. */
  take(
    now: Now,
    backend: string,
    frame: { readonly room: string; readonly from: number; readonly entries: readonly FedEntry[] },
  ): { fed: FedRoom; entries: readonly FedEntry[] } | undefined {
    const fed = this.#rooms.get(frame.room)
    if (fed === undefined) return undefined
    if (frame.from > fed.next) {
      this.#reask(now, fed, backend)
      return undefined
    }
    if (fed.backend === backend) this.#succeeded(fed)
    const entries = frame.entries.slice(fed.next - frame.from)
    return entries.length === 0 ? undefined : { fed, entries }
  }

  /** The room is unknown there: elsewhere, after a moment that grows. */
  refused(now: Now, backend: string, room: string): void {
    const fed = this.#rooms.get(room)
    if (fed === undefined || fed.backend !== backend) return
    fed.backend = undefined
    fed.retryAtMs = now.ms + Math.min(retryMsMin * 2 ** fed.failures, retryMsMax)
    fed.failures += 1
    this.#waiting.add(fed)
  }

  /** Its feeds have no place; `backendsChanged` finds them one, or the next tick. */
  backendLost(backend: string): void {
    for (const fed of this.#rooms.values()) {
      if (fed.backend !== backend) continue
      fed.backend = undefined
      this.#waiting.add(fed)
    }
  }

  backendsChanged(now: Now): void {
    const monitor = this.#monitor
    const { readable } = monitor
    const usable = new Set(readable)
    if (readable.length > 0) {
      for (const fed of this.#rooms.values()) {
        const { backend } = fed
        if (backend !== undefined && (usable.has(backend) || monitor.isExpectedBack(backend))) {
          continue
        }
        if (fed.retryAtMs === undefined) this.#place(fed, preferred(fed.room, readable))
      }
    }
    this.#settledAtMs = now.ms + settleMs
  }

  tick(now: Now): void {
    for (const fed of [...this.#waiting]) {
      if (fed.retryAtMs !== undefined && fed.retryAtMs > now.ms) continue
      const order = byPreference(fed.room, this.#monitor.readable)
      fed.retryAtMs = undefined
      this.#place(fed, order[fed.failures % Math.max(order.length, 1)])
    }
    if (this.#settledAtMs !== undefined && this.#settledAtMs <= now.ms) {
      this.#settledAtMs = undefined
      this.#misplaced = [...this.#rooms.values()]
    }
    this.#moveGently()
  }

  figures(): { readonly [backend: string]: number } {
    const counts: Record<string, number> = {}
    for (const { backend } of this.#rooms.values()) {
      if (backend !== undefined) counts[backend] = (counts[backend] ?? 0) + 1
    }
    return counts
  }

  #moveGently(): void {
    for (let moves = 0; moves < movesPerTickMax; ) {
      const fed = this.#misplaced.pop()
      if (fed === undefined) return
      if (this.#rooms.get(fed.room) !== fed || fed.retryAtMs !== undefined) continue
      const best = preferred(fed.room, this.#monitor.readable)
      if (best === undefined || best === fed.backend) continue
      this.#place(fed, best)
      moves += 1
    }
  }

  #place(fed: FedRoom, backend: string | undefined): void {
    if (backend === undefined) {
      // Where it is, it may yet come to life again.
      if (fed.backend === undefined) this.#waiting.add(fed)
      return
    }
    this.#waiting.delete(fed)
    if (fed.backend === backend) return
    this.#unfeed(fed)
    fed.backend = backend
    this.#outputs.link(backend, { t: 'feed', room: fed.room, from: fed.next })
  }

  #unfeed(fed: FedRoom): void {
    const { backend, room } = fed
    fed.backend = undefined
    if (backend !== undefined && this.#monitor.isLinked(backend)) {
      this.#outputs.link(backend, { t: 'unfeed', room })
    }
  }

  /** A hole in the feed. Frames already on the wire show it again: those need no new question. */
  #reask(now: Now, fed: FedRoom, backend: string): void {
    if (fed.backend !== backend || now.ms - fed.reaskedAtMs < reaskMs) return
    fed.reaskedAtMs = now.ms
    this.#outputs.link(backend, { t: 'feed', room: fed.room, from: fed.next })
  }

  #succeeded(fed: FedRoom): void {
    fed.failures = 0
    fed.retryAtMs = undefined
  }
}
