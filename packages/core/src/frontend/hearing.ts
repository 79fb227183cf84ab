/**
 * What a client says: read, checked against what holds for every frame (size, shape, rate, hello
 * first), then handed to its verb. Whoever goes on breaking the rules is closed.
 */
import type { Now } from '../now.ts'
import type { Desk } from './desk.ts'
import { type ReadFrame, type ReadResult, readFrame } from './read-frame.ts'
import type { Session } from './session.ts'
import { verbOf } from './verbs.ts'

/** Refusals for its rate, one after the other, until a connection is closed. */
const rateRefusalsMax = 1_000
/** A long frame counts as several: the rate bounds bytes too, since all may go into the log. */
const charactersPerToken = 16 * 1024

export function hear(
  desk: Desk,
  { now, session }: { now: Now; session: Session },
  text: string,
): void {
  session.heardMs = desk.clock.ms
  const read = readFrame(text, desk.options.limits)
  if (!read.ok) return refuseUnread(desk, { now, session }, read)
  const { frame } = read
  const verb = verbOf(frame)
  const cost = verb.cost + Math.floor(text.length / charactersPerToken)
  // What costs more than there ever is could never be said.
  const tokens = Math.min(cost, desk.options.tuning.framesBurst)
  const retryMs = desk.accounts.takeFrames(now, session, tokens)
  if (retryMs > 0) return tooFast(desk, session, { frame, retryMs })
  session.rateRefusals = 0
  if (!verb.needsWelcome) return verb.run(desk, { now, session, frame })
  const { online } = session
  if (online === undefined) return desk.refusals.error(session, 'not-greeted', askOf(frame))
  verb.run(desk, { now, session, online, frame })
}

function refuseUnread(
  desk: Desk,
  { now, session }: { now: Now; session: Session },
  read: Extract<ReadResult, { ok: false }>,
): void {
  const retryMs = desk.accounts.takeFrames(now, session, 1)
  if (retryMs > 0) return tooFast(desk, session, { retryMs })
  desk.refusals.error(session, read.code, read.ask === undefined ? {} : { ask: read.ask })
  if (read.code === 'frame-too-large') return desk.sessions.close(session, 'frame-too-large')
  if (read.code === 'bad-frame') session.badFrames += 1
  if (session.badFrames > desk.options.tuning.badFramesMax) {
    desk.sessions.close(session, 'bad-frames')
  }
}

function tooFast(
  desk: Desk,
  session: Session,
  { frame, retryMs }: { frame?: ReadFrame; retryMs: number },
): void {
  session.rateRefusals += 1
  if (session.rateRefusals > rateRefusalsMax) return desk.sessions.close(session, 'rate-limited')
  if (frame?.t === 'send') {
    return desk.refusals.send(session, frame, { code: 'rate-limited', retryMs })
  }
  const ask = frame === undefined ? {} : askOf(frame)
  desk.refusals.error(session, 'rate-limited', { ...ask, retryMs })
}

function askOf(frame: ReadFrame): { ask?: number } {
  return 'ask' in frame ? { ask: frame.ask } : {}
}
