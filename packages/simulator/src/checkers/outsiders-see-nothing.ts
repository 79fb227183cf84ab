/**
 * Whoever is out of a room gets nothing of it: a client is sent no entry behind the one by which
 * its person left, was kicked or was banned, unless they came back.
 */
import type { Entry } from '@starling/protocol/entry'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import { entriesOf, storesUp } from './sends.ts'

export class OutsidersChecker implements Checker {
  readonly #users = new Map<string, string>()
  /** Client → room → the greatest index that it was sent. */
  readonly #sent = new Map<string, Map<string, number>>()

  see(seen: Observation): void {
    if (seen.kind !== 'down') return
    const { client, frame } = seen
    if (frame.t === 'welcome') this.#users.set(client, frame.user)
    if (frame.t === 'entries') this.#note(client, frame.room, frame.entries)
    if (frame.t === 'answer' && frame.answer.kind === 'history') {
      this.#note(client, frame.answer.room, frame.answer.entries)
    }
  }

  atRest(cluster: Cluster): void {
    const store = storesUp(cluster)[0]?.store
    if (store === undefined) return
    for (const [client, rooms] of this.#sent) {
      const user = this.#users.get(client)
      if (user === undefined) continue
      for (const [room, index] of rooms) {
        if (room === user || store.member(room, user) !== undefined) continue
        const last = entriesOf(store, room).findLast((entry) => isDeparture(entry, user))
        if (last !== undefined && index <= last.index) continue
        const where = `${room} ${index} although out of it since ${last?.index ?? 'ever'}`
        throw new BrokenPromise('outsiders', `${client} was sent ${where}`)
      }
    }
  }

  #note(client: string, room: string, entries: readonly Entry[]): void {
    const newest = entries.at(-1)?.index
    if (newest === undefined) return
    const rooms = this.#sent.get(client) ?? new Map<string, number>()
    this.#sent.set(client, rooms)
    rooms.set(room, Math.max(rooms.get(room) ?? 0, newest))
  }
}

function isDeparture(entry: Entry, user: string): boolean {
  if (entry.kind === 'leave') return entry.by === user
  if (entry.kind === 'kick') return entry.user === user
  return entry.kind === 'ban' && entry.on && entry.user === user
}
