/**
 * P3: everybody sees the entries of a room in the same order, without a hole. A client tells of
 * each entry once, ascending by one, unless it said before that it skips some; what one client saw
 * at an index every other sees there, and the stores hold it there.
 */
import type { DownFrame } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import { entriesOf, roomsInLog, storesUp } from './sends.ts'

export class SameOrderChecker implements Checker {
  /** Room and index → what stands there. */
  readonly #seen = new Map<string, string>()
  /** Client → room → the newest index it told of, in its present life. */
  readonly #newest = new Map<string, Map<string, number>>()
  /** Client and room: it was out of the room. */
  readonly #mayJump = new Set<string>()

  see(seen: Observation): void {
    if (seen.kind === 'client-started') this.#newest.set(seen.client, new Map(seen.heads))
    if (seen.kind === 'kept' || seen.kind === 'opened') {
      for (const entry of seen.entries) this.#compare(seen.client, seen.room, entry)
    }
    if (seen.kind === 'down') this.#seeDown(seen.client, seen.frame)
    if (seen.kind !== 'event') return
    const { client, event } = seen
    if (event.kind === 'gap') this.#of(client).set(event.room, event.to)
    if (event.kind === 'entry') this.#next(client, event.room, event.entry)
  }

  atRest(cluster: Cluster): void {
    for (const { name, store } of storesUp(cluster)) {
      for (const room of roomsInLog(cluster)) {
        const head = store.room(room)?.head ?? 0
        const entries = entriesOf(store, room)
        if (entries.length !== head) {
          throw new BrokenPromise('P3', `${name}: ${room} has ${entries.length} of ${head} entries`)
        }
        let lastAt = 0
        entries.forEach((entry, i) => {
          if (entry.index !== i + 1) {
            throw new BrokenPromise('P3', `${name}: ${room} has ${entry.index} at ${i + 1}`)
          }
          if (entry.at < lastAt) {
            throw new BrokenPromise('P3', `${name}: time goes back in ${room} at ${entry.index}`)
          }
          lastAt = entry.at
          this.#compare(name, room, entry)
        })
      }
    }
  }

  #seeDown(client: string, frame: DownFrame): void {
    if (frame.t === 'welcome') {
      const listed = new Set(frame.rooms.map((row) => row.room))
      for (const room of this.#of(client).keys()) if (!listed.has(room)) this.#left(client, room)
    }
    if (frame.t !== 'entries') return
    frame.entries.forEach((entry, i) => {
      if (entry.kind === 'room-removed') this.#left(client, entry.room)
      if (entry.index === frame.from + i) return
      throw new BrokenPromise(
        'P3',
        `${client} is sent ${entry.index} of ${frame.room} out of place`,
      )
    })
  }

  #next(client: string, room: string, entry: Entry): void {
    const newest = this.#of(client)
    const last = newest.get(room)
    newest.set(room, entry.index)
    this.#compare(client, room, entry)
    if (last === undefined || entry.index === last + 1) return
    if (entry.index <= last || !this.#mayJump.delete(`${client} ${room}`)) {
      throw new BrokenPromise('P3', `${client} saw ${entry.index} of ${room} after ${last}`)
    }
  }

  /** Whoever comes back into a room goes on from there. */
  #left(client: string, room: string): void {
    this.#mayJump.add(`${client} ${room}`)
  }

  /** As it stands; what was opened is compared with what others opened. */
  #compare(who: string, room: string, entry: Entry): void {
    this.#compareOne(who, `${room} ${entry.index} head`, JSON.stringify(headOf(entry)))
    if (entry.kind === 'unreadable' || (entry.kind === 'sealed' && entry.isSealed)) return
    const key = `${room} ${entry.index}${entry.isSealed ? ' opened' : ''}`
    this.#compareOne(who, key, identityOf(entry))
  }

  #compareOne(who: string, key: string, what: string): void {
    const first = this.#seen.get(key)
    if (first === undefined) this.#seen.set(key, what)
    else if (first !== what) {
      throw new BrokenPromise('P3', `${who} has at ${key}: ${what}; others have ${first}`)
    }
  }

  #of(client: string): Map<string, number> {
    let newest = this.#newest.get(client)
    if (newest === undefined) {
      newest = new Map()
      this.#newest.set(client, newest)
    }
    return newest
  }
}

/** What of an entry never changes: all but what edits, deletions and reactions do to a message. */
function identityOf(entry: Entry): string {
  const { kind } = entry
  const fixed = [headOf(entry), kind, entry.isSealed, entry.device]
  if (kind === 'post') return JSON.stringify([...fixed, entry.replyTo])
  // Of what was deleted no earlier text is kept.
  if (kind === 'edit') return JSON.stringify([...fixed, entry.target])
  const fields = Object.entries(entry).filter(([name]) => !ownFields.includes(name))
  return JSON.stringify([...fixed, fields.sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** What each client puts on an entry for itself. */
const ownFields: readonly string[] = ['isVerified', 'identities']

function headOf({ index, at, by, name, outbox, number }: Entry): readonly unknown[] {
  return [index, at, by, name, outbox, number]
}
