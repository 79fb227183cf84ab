/** Rooms in the order of the sidebar, and where the action is. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'

/** Rooms first, then direct conversations; each as the SDK sorts them. */
export function sidebarOrder(world: ClientSnapshot): readonly RoomSnapshot[] {
  const rooms = world.rooms.filter(({ kind }) => kind !== 'direct')
  return [...rooms, ...world.rooms.filter(({ kind }) => kind === 'direct')]
}

/** The next room down or up, round the end; only rooms with unread messages when asked so. */
export function neighbour(
  world: ClientSnapshot,
  from: string | undefined,
  by: { readonly step: -1 | 1; readonly isUnread: boolean },
): RoomSnapshot | undefined {
  const rooms = sidebarOrder(world)
  const here = rooms.findIndex(({ room }) => room === from)
  for (let count = 1; count <= rooms.length; count++) {
    const at = (here + by.step * count + rooms.length * 2) % rooms.length
    const room = rooms[at]
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

/** Where Alt-A goes: the room that wants one most, or back `home` when nothing is left. */
export function nextActivity(
  world: ClientSnapshot,
  from: string | undefined,
): RoomSnapshot | undefined {
  const active = world.rooms.filter((room) => room.room !== from && room.unread > 0)
  return [...active].sort(byActivity)[0]
}

export interface Counts {
  readonly mentions: number
  readonly unread: number
}

/** Of all rooms but the one on the screen. Mentions are not counted again as unread. */
export function activityCounts(world: ClientSnapshot, without: string | undefined): Counts {
  let mentions = 0
  let unread = 0
  for (const room of world.rooms) {
    if (room.room === without) continue
    mentions += room.mentions
    unread += Math.max(0, room.unread - room.mentions)
  }
  return { mentions, unread }
}
