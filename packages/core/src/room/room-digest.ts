/** What stores are compared by, room by room, when data was moved from one to another. */
import { Digest } from './digest.ts'
import type { RoomRow, Store } from './store.ts'

const entriesPerPage = 500
const roomsPerPage = 500

export interface RoomDigest {
  readonly entries: number
  readonly digest: string
}

/** Of all entries of the room as they are now; of a room that is not there, that of none. */
export function roomDigest(store: Store, room: string): RoomDigest {
  const digest = new Digest()
  let entries = 0
  for (;;) {
    const page = store.entries(room, entries + 1, entriesPerPage)
    for (const entry of page) digest.value(entry)
    entries += page.length
    if (page.length < entriesPerPage) return { entries, digest: digest.toString() }
  }
}

/** All rooms, self rooms and direct conversations too, by id; read page by page. */
export function* everyRoom(store: Store): Generator<RoomRow, void, undefined> {
  for (let after = ''; ; ) {
    const page = store.rooms({ after, limit: roomsPerPage })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < roomsPerPage) return
    after = last.room
  }
}
