/**
 * One search of all rooms: the servers answer for the plain ones, the local index for those that
 * are encrypted, and the two lists become one, newest first. To go on from a hit both have to go on
 * from there, so each hit's cursor is a number under which that is remembered here.
 */
import type { Answer, SearchHit } from '@starling/protocol/down'
import type { Page, Refusal, Result } from '../api.ts'
import type { FoundPlace } from './found-message.ts'
import type { LocalHit, LocalQuery } from './local-index.ts'

type Found = Extract<Answer, { kind: 'search' }>

export interface SearchSides {
  /** The rooms that are encrypted. */
  readonly encryptedRooms: () => readonly string[]
  readonly local: (query: LocalQuery) => Promise<readonly LocalHit[] | Refusal>
  readonly servers: (query: {
    readonly text: string
    readonly room?: string
    readonly before?: number
  }) => Promise<Result<Found>>
}

export interface SearchWish {
  readonly text: string
  readonly room: string | undefined
  readonly before: number | undefined
}

/** From where each side goes on; undefined: from its newest. */
interface Cursor {
  readonly server: number | undefined
  readonly local: FoundPlace | undefined
}

const hitsMax = 50
/** Of the newest pages; from an older hit nobody goes on. */
const cursorsMax = 2_000

export class MergedSearch {
  readonly #sides: SearchSides
  readonly #cursors = new Map<number, Cursor>()
  #count = 0

  constructor(sides: SearchSides) {
    this.#sides = sides
  }

  async search({ text, room, before }: SearchWish): Promise<Result<Page<SearchHit>>> {
    const from = this.#from(before)
    const encrypted = this.#sides.encryptedRooms()
    const rooms = room === undefined ? encrypted : encrypted.filter((one) => one === room)
    const isLocalAlone = room !== undefined && rooms.length > 0
    const [local, servers] = await Promise.all([
      rooms.length === 0 ? [] : this.#sides.local(this.#localQuery(text, rooms, from.local)),
      isLocalAlone ? nothing : this.#sides.servers({ text, ...serversQuery(room, from.server) }),
    ])
    if ('code' in local) return local
    if (!servers.ok) return servers
    return { ok: true, value: this.#merged(from, local, servers.value) }
  }

  #from(before: number | undefined): Cursor {
    if (before === undefined) return { server: undefined, local: undefined }
    return this.#cursors.get(before) ?? { server: before, local: undefined }
  }

  #localQuery(text: string, rooms: readonly string[], before: FoundPlace | undefined): LocalQuery {
    const limit = hitsMax + 1
    return before === undefined ? { text, rooms, limit } : { text, rooms, limit, before }
  }

  #merged(from: Cursor, local: readonly LocalHit[], servers: Found): Page<SearchHit> {
    const items: SearchHit[] = []
    let at = { ...from, local: { taken: 0, place: from.local }, servers: 0 }
    while (items.length < hitsMax) {
      const mine = local[at.local.taken]
      const theirs = servers.hits[at.servers]
      if (mine === undefined && theirs === undefined) break
      const isMine =
        theirs === undefined || (mine !== undefined && mine.entry.at >= theirs.entry.at)
      const hit = isMine ? mine! : theirs
      if (isMine) {
        const { at: ms, index } = hit.entry
        const place = { at: ms, room: hit.room, index }
        at = { ...at, local: { taken: at.local.taken + 1, place } }
      } else {
        at = { ...at, servers: at.servers + 1, server: theirs.cursor }
      }
      const cursor = this.#remember({ server: at.server, local: at.local.place })
      items.push({ room: hit.room, entry: hit.entry, excerpt: hit.excerpt, cursor })
    }
    const isMore = at.local.taken < local.length || at.servers < servers.hits.length
    return { items, more: isMore || servers.more }
  }

  #remember(cursor: Cursor): number {
    this.#count += 1
    this.#cursors.set(this.#count, cursor)
    const [oldest] = this.#cursors.keys()
    if (this.#cursors.size > cursorsMax) this.#cursors.delete(oldest!)
    return this.#count
  }
}

const nothing: Result<Found> = { ok: true, value: { kind: 'search', hits: [], more: false } }

function serversQuery(room: string | undefined, before: number | undefined) {
  return {
    ...(room === undefined ? {} : { room }),
    ...(before === undefined ? {} : { before }),
  }
}
