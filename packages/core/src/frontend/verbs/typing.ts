/** Typing is passed to one backend, which tells all front-ends, this one too. Never logged. */
import type { Desk } from '../desk.ts'
import type { FrameOf, SaidOnline, Verb } from './verb.ts'

export const typing: Verb<FrameOf<'typing'>> = { needsWelcome: true, cost: 0.2, run }

function run(desk: Desk, { session, online, frame }: SaidOnline<FrameOf<'typing'>>): void {
  const { room, on } = frame
  if (!online.rooms.has(room)) return desk.refusals.error(session, 'not-member')
  const backend = desk.feeds.backendOf(room) ?? desk.monitor.readable[0]
  if (backend === undefined) return
  const { user, name } = online
  desk.outputs.link(backend, { t: 'typing', room, user, name, on })
}
