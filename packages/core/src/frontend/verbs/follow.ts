/** The client names its own place in one of its rooms: it found a hole, or wants what it missed. */
import type { Desk } from '../desk.ts'
import type { FrameOf, SaidOnline, Verb } from './verb.ts'

export const follow: Verb<FrameOf<'follow'>> = { needsWelcome: true, cost: 1, run }

function run(desk: Desk, { now, session, online, frame }: SaidOnline<FrameOf<'follow'>>): void {
  const { room, after } = frame
  const isInAt = online.rooms.get(room)
  const fed = desk.feeds.get(room)
  if (isInAt === undefined || fed === undefined) {
    return desk.refusals.error(session, 'not-member')
  }
  const place = after + 1
  desk.followers.follow(session, room, { place, isInAt, feedFrom: fed.next })
  if (place > fed.next) desk.reading.doubt(now, session, room, place)
}
