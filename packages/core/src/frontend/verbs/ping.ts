/** A client that has nothing to say shows that it lives. */
import type { FrameOf, Verb } from './verb.ts'

export const ping: Verb<FrameOf<'ping'>> = {
  needsWelcome: false,
  cost: 0.2,
  run: (desk, { session }) => desk.outputs.frame(session.id, { t: 'pong' }),
}
