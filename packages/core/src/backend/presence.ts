/**
 * Who is online, from the client lists of all front-ends. A person is online in a room while a
 * session of theirs follows it, and for a moment longer, so that changing the front-end does not
 * flicker. Changes are gathered and flushed together (a storm of joins costs one frame a room and
 * flush).
 */
import type { ClientInfo } from '../link/up.ts'
import type { Now } from '../now.ts'

interface Person {
  sessions: number
  /** When the last session went. */
  goneAtMs: number
}

export interface PresenceChange {
  readonly room: string
  readonly online: readonly string[]
  readonly offline: readonly string[]
  readonly count: number
}

export class Presence {
  readonly #graceMs: number
  readonly #rooms = new Map<string, Map<string, Person>>()
  /** Room → person → were they online at the last flush. */
  readonly #changed = new Map<string, Map<string, boolean>>()
  /** People without a session who still count as online, oldest first. */
  readonly #leaving = new Map<string, { room: string; user: string; atMs: number }>()

  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  add(client: ClientInfo): void {
    for (const room of [...client.rooms, client.user]) this.#enter(room, client.user)
  }

  remove(now: Now, client: ClientInfo): void {
    for (const room of [...client.rooms, client.user]) this.#exit(now, room, client.user)
  }

  isOnline(room: string, user: string): boolean {
    return this.#rooms.get(room)?.has(user) === true
  }

  online(room: string): readonly string[] {
    return [...(this.#rooms.get(room)?.keys() ?? [])]
  }

  /** What changed since the last flush, for the rooms that `isWanted`. */
  flush(now: Now, isWanted: (room: string) => boolean): readonly PresenceChange[] {
    this.#expire(now)
    const changes: PresenceChange[] = []
    for (const [room, people] of this.#changed) {
      if (!isWanted(room)) continue
      const present = this.#rooms.get(room)
      const online: string[] = []
      const offline: string[] = []
      for (const [user, wasOnline] of people) {
        const isOnline = present?.has(user) === true
        if (isOnline && !wasOnline) online.push(user)
        if (!isOnline && wasOnline) offline.push(user)
      }
      if (online.length + offline.length === 0) continue
      changes.push({ room, online, offline, count: present?.size ?? 0 })
    }
    this.#changed.clear()
    return changes
  }

  #enter(room: string, user: string): void {
    let people = this.#rooms.get(room)
    if (people === undefined) {
      people = new Map()
      this.#rooms.set(room, people)
    }
    const person = people.get(user)
    if (person === undefined) {
      this.#note(room, user, false)
      people.set(user, { sessions: 1, goneAtMs: 0 })
      return
    }
    if (person.sessions === 0) this.#leaving.delete(`${room} ${user}`)
    person.sessions += 1
  }

  #exit(now: Now, room: string, user: string): void {
    const person = this.#rooms.get(room)?.get(user)
    if (person === undefined || person.sessions === 0) return
    person.sessions -= 1
    if (person.sessions > 0) return
    person.goneAtMs = now.ms
    this.#leaving.set(`${room} ${user}`, { room, user, atMs: now.ms })
  }

  #expire(now: Now): void {
    for (const [key, { room, user, atMs }] of this.#leaving) {
      if (atMs + this.#graceMs > now.ms) break
      this.#leaving.delete(key)
      const people = this.#rooms.get(room)
      if (people?.get(user)?.sessions !== 0) continue
      this.#note(room, user, true)
      people.delete(user)
      if (people.size === 0) this.#rooms.delete(room)
    }
  }

  #note(room: string, user: string, wasOnline: boolean): void {
    let people = this.#changed.get(room)
    if (people === undefined) {
      people = new Map()
      this.#changed.set(room, people)
    }
    if (!people.has(user)) people.set(user, wasOnline)
  }
}
