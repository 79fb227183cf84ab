/**
 * The feeds of one backend: which front-end wants which room, and the next index it needs. A feed
 * is pumped from the store, so it never skips or repeats whatever order records and requests come
 * in: what the store holds from `next` on is sent, and `next` moves. Entries just applied are at
 * hand and need no reading; several feeds of a room at the same index share the encoded entries.
 * One pump sends at most `feedEntriesMax` a feed, fewer when they are large; the rest goes with the
 * next tick, so a feed that starts far back holds up nobody.
 */
import type { Entry } from '@starling/protocol/entry'
import type { FedEntry, LinkDown } from '../link/down.ts'
import type { Store } from '../room/store.ts'
import type { LinkId } from './backend-io.ts'
import { fedEntry } from './fed-entry.ts'

const feedEntriesMax = 500
/** JSON of the entries in one frame; at least one entry goes however long it is. */
const feedCharactersMax = 2 * 1024 * 1024

interface Feed {
  next: number
}

interface Part {
  readonly entries: readonly FedEntry[]
  /** There may be more behind them. */
  readonly isCut: boolean
}

type Send = (link: LinkId, frame: LinkDown) => void

export class RoomFeeds {
  readonly #store: Store
  readonly #send: Send
  readonly #byRoom = new Map<string, Map<LinkId, Feed>>()
  #size = 0
  /** Rooms with new entries, and those entries where they are at hand. */
  readonly #dirty = new Map<string, Entry[]>()

  constructor(store: Store, send: Send) {
    this.#store = store
    this.#send = send
  }

  get size(): number {
    return this.#size
  }

  /** Links that are fed the room. */
  linksOf(room: string): Iterable<LinkId> {
    return this.#byRoom.get(room)?.keys() ?? []
  }

  has(room: string): boolean {
    return this.#byRoom.has(room)
  }

  /** False when the room is unknown here. */
  open(link: LinkId, room: string, from: number): boolean {
    if (this.#store.room(room) === undefined) return false
    let feeds = this.#byRoom.get(room)
    if (feeds === undefined) {
      feeds = new Map()
      this.#byRoom.set(room, feeds)
    }
    if (!feeds.has(link)) this.#size += 1
    feeds.set(link, { next: Math.max(1, from) })
    this.touch(room, [])
    return true
  }

  close(link: LinkId, room: string): void {
    const feeds = this.#byRoom.get(room)
    if (feeds?.delete(link) !== true) return
    this.#size -= 1
    if (feeds.size === 0) this.#byRoom.delete(room)
  }

  closeAll(link: LinkId): void {
    for (const room of [...this.#byRoom.keys()]) this.close(link, room)
  }

  /** The room has new entries; `entries` are the newest of them, where known. */
  touch(room: string, entries: readonly Entry[]): void {
    if (!this.#byRoom.has(room)) return
    const known = this.#dirty.get(room)
    // The store is asked all the same.
    if (entries.length === 0 && known?.length === 0) return
    // After entries that are not at hand, those that are would not be the newest.
    if (known === undefined || entries.length === 0) this.#dirty.set(room, [...entries])
    else known.push(...entries)
  }

  pump(): void {
    const rooms = [...this.#dirty]
    this.#dirty.clear()
    for (const [room, entries] of rooms) this.#pumpRoom(room, entries)
  }

  #pumpRoom(room: string, entries: readonly Entry[]): void {
    const feeds = this.#byRoom.get(room)
    if (feeds === undefined) return
    const encoded = new Map<number, Part>()
    for (const [link, feed] of feeds) {
      let part = encoded.get(feed.next)
      if (part === undefined) {
        part = this.#from(room, feed.next, entries)
        encoded.set(feed.next, part)
      }
      const fed = part.entries
      if (fed.length === 0) continue
      this.#send(link, { t: 'entries', room, from: feed.next, entries: fed })
      feed.next += fed.length
      if (part.isCut) this.touch(room, [])
    }
  }

  #from(room: string, next: number, entries: readonly Entry[]): Part {
    const at = entries.findIndex((entry) => entry.index === next)
    const found =
      at >= 0 && isDense(entries, at)
        ? entries.slice(at, at + feedEntriesMax)
        : this.#store.entries(room, next, feedEntriesMax)
    const fed: FedEntry[] = []
    let characters = 0
    for (const entry of found) {
      const one = fedEntry(entry)
      characters += one.json.length
      if (fed.length > 0 && characters > feedCharactersMax) return { entries: fed, isCut: true }
      fed.push(one)
    }
    return { entries: fed, isCut: fed.length === feedEntriesMax }
  }
}

function isDense(entries: readonly Entry[], from: number): boolean {
  const first = entries[from]!.index
  for (let i = from; i < entries.length; i += 1) {
    if (entries[i]!.index !== first + i - from) return false
  }
  return true
}
