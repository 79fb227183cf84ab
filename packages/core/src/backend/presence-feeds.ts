/**
 * What the feeds tell of presence: who is there when a feed begins, then who comes and goes. Above
 * a limit of people only how many they are.
 */
import type { LinkDown } from '../link/down.ts'
import type { Now } from '../now.ts'
import type { LinkId } from './backend-io.ts'
import type { Presence } from './presence.ts'
import type { RoomFeeds } from './room-feeds.ts'

export interface PresenceFeedsOptions {
  readonly presence: Presence
  readonly feeds: RoomFeeds
  readonly peopleMax: number
  readonly flushMs: number
  readonly send: (link: LinkId, frame: LinkDown) => void
}

export class PresenceFeeds {
  readonly #options: PresenceFeedsOptions
  #flushedAtMs = 0

  constructor(options: PresenceFeedsOptions) {
    this.#options = options
  }

  /** A feed of the room begins. */
  begin(link: LinkId, room: string): void {
    const { presence, peopleMax, send } = this.#options
    const people = presence.online(room)
    const online = people.length > peopleMax ? [] : people
    const count = people.length
    send(link, { t: 'presence', room, all: true, online, offline: [], count })
  }

  /** Tells what changed since. */
  tick(now: Now): void {
    const { presence, feeds, peopleMax, flushMs, send } = this.#options
    if (now.ms - this.#flushedAtMs < flushMs) return
    this.#flushedAtMs = now.ms
    for (const change of presence.flush(now, (room) => feeds.has(room))) {
      const people = change.count > peopleMax ? { online: [], offline: [] } : {}
      for (const link of feeds.linksOf(change.room)) {
        send(link, { t: 'presence', all: false, ...change, ...people })
      }
    }
  }
}
