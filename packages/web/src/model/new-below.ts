/** How many messages of others came below what one has seen: what the pill says. */
import type { RoomSnapshot } from '@starling/client/api'

export function newBelow(
  room: Pick<RoomSnapshot, 'timeline' | 'unread'>,
  seenUpTo: number,
): number {
  if (room.timeline.hasNewer) return room.unread
  let count = 0
  for (const line of room.timeline.lines.toReversed()) {
    if (line.index <= seenUpTo) break
    if (line.kind === 'message' && !line.isOwn) count += 1
  }
  return count
}
