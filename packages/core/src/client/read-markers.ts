/**
 * Read markers on their way to the server. The greatest wins there, or one that goes back from
 * where the marker stands; so only the newest wish for a room is asked for, one at a time,
 * until the server has confirmed it.
 */
import type { Now } from '../now.ts'
import type { Asks } from './asks.ts'
import type { RoomState } from './room-state.ts'

interface Marker {
  readonly upTo: number
  readonly was?: number
}

export class ReadMarkers {
  readonly #asks: Asks
  /** Room → what it should be; there while the server has not confirmed it. */
  readonly #wanted = new Map<string, Marker>()
  readonly #asked = new Set<string>()

  constructor(asks: Asks) {
    this.#asks = asks
  }

  read(now: Now, room: RoomState, upTo = room.head): void {
    const marker = Math.min(upTo, room.head)
    if (marker <= room.readUpTo) return
    room.readUpTo = marker
    this.#want(now, room.room, { upTo: marker })
  }

  /** Back, from where it stands here. */
  unreadFrom(now: Now, room: RoomState, index: number): void {
    const upTo = Math.max(0, index - 1)
    const was = room.readUpTo
    if (upTo >= was) return
    room.readUpTo = upTo
    this.#want(now, room.room, { upTo, was })
  }

  forget(room: string): void {
    this.#wanted.delete(room)
  }

  #want(now: Now, room: string, marker: Marker): void {
    this.#wanted.set(room, marker)
    this.#ask(now, room)
  }

  #ask(now: Now, room: string): void {
    const marker = this.#wanted.get(room)
    if (marker === undefined || this.#asked.has(room)) return
    this.#asked.add(room)
    this.#asks.ask(now, { t: 'read', room, ...marker }, (at, result) => {
      this.#asked.delete(room)
      const isConfirmed = result.ok && this.#wanted.get(room) === marker
      if (isConfirmed || (!result.ok && result.retry === 'never')) this.#wanted.delete(room)
      else if (result.ok || result.code === 'unavailable') this.#ask(at, room)
    })
  }
}
