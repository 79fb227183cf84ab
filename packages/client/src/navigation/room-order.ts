/** Rooms in the order of a client's sidebar, and where the action is. */
import type { RoomSnapshot } from '../api.ts'

export interface SidebarSections {
  readonly rooms: readonly RoomSnapshot[]
  readonly directs: readonly RoomSnapshot[]
}

/** Each as the snapshot sorts them: by title, a direct conversation by the name of the other. */
export function sidebarSections(rooms: readonly RoomSnapshot[]): SidebarSections {
  return {
    rooms: rooms.filter(({ kind }) => kind !== 'direct'),
    directs: rooms.filter(({ kind }) => kind === 'direct'),
  }
}

/** One section after the other. */
export function sidebarOrder(all: readonly RoomSnapshot[]): readonly RoomSnapshot[] {
  const { rooms, directs } = sidebarSections(all)
  return [...rooms, ...directs]
}

/** The next room down or up, round the end; only rooms with unread messages when asked so. */
export function neighbour(
  rooms: readonly RoomSnapshot[],
  from: string | undefined,
  by: { readonly step: -1 | 1; readonly isUnread: boolean },
): RoomSnapshot | undefined {
  const all = sidebarOrder(rooms)
  const here = all.findIndex(({ room }) => room === from)
  const start = here === -1 && by.step === -1 ? 0 : here
  for (let count = 1; count <= all.length; count++) {
    const at = (start + by.step * count + all.length * 2) % all.length
    const room = all[at]
    if (room !== undefined && room.room !== from && (!by.isUnread || room.unread > 0)) return room
  }
  return undefined
}

/** Most wanted first: those that name one, then the unread, then the quiet; the newest first. */
export function byActivity(a: RoomSnapshot, b: RoomSnapshot): number {
  const level = activityLevel(b) - activityLevel(a)
  if (level !== 0) return level
  return b.lastAt - a.lastAt || (a.room < b.room ? -1 : 1)
}

function activityLevel({ mentions, unread }: RoomSnapshot): 0 | 1 | 2 {
  if (mentions > 0) return 2
  return unread > 0 ? 1 : 0
}

/** The room that wants one most; undefined when nothing is left. */
export function nextActivity(
  rooms: readonly RoomSnapshot[],
  from: string | undefined,
): RoomSnapshot | undefined {
  const active = rooms.filter((room) => room.room !== from && room.unread > 0)
  return [...active].sort(byActivity)[0]
}

export interface Counts {
  readonly mentions: number
  readonly unread: number
}

/** Of all rooms, but for one perhaps. Mentions are not counted again as unread. */
export function activityCounts(rooms: readonly RoomSnapshot[], without?: string): Counts {
  let mentions = 0
  let unread = 0
  for (const room of rooms) {
    if (room.room === without) continue
    mentions += room.mentions
    unread += Math.max(0, room.unread - room.mentions)
  }
  return { mentions, unread }
}
