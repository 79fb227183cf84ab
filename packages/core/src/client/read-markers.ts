/**
 * Read markers on their way to the server. The greatest wins there, so only the newest of a room is
 * asked for, one at a time.
 */
import type { Now } from '../now.ts'
import type { Asks } from './asks.ts'

export class ReadMarkers {
  readonly #asks: Asks
  /** Room → what it should be; there while the server has not confirmed it. */
  readonly #wanted = new Map<string, number>()
  readonly #asked = new Set<string>()

  constructor(asks: Asks) {
    this.#asks = asks
  }

  set(now: Now, room: string, upTo: number): void {
    this.#wanted.set(room, Math.max(upTo, this.#wanted.get(room) ?? 0))
    this.#ask(now, room)
  }

  forget(room: string): void {
    this.#wanted.delete(room)
  }

  #ask(now: Now, room: string): void {
    const upTo = this.#wanted.get(room)
    if (upTo === undefined || this.#asked.has(room)) return
    this.#asked.add(room)
    this.#asks.ask(now, { t: 'read', room, upTo }, (at, result) => {
      this.#asked.delete(room)
      const isConfirmed = result.ok && upTo >= (this.#wanted.get(room) ?? 0)
      if (isConfirmed || (!result.ok && result.retry === 'never')) this.#wanted.delete(room)
      else if (result.ok) this.#ask(at, room)
    })
  }
}
