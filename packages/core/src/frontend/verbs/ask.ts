/**
 * A question, or a change outside a room: passed on as it is, answered under its number. Answers
 * may be large; who does not take them gets no more of them (P7).
 */
import type { AskFrame } from '../../link/up.ts'
import type { Desk } from '../desk.ts'
import type { SaidOnline, Verb } from './verb.ts'

export const ask: Verb<AskFrame> = { needsWelcome: true, cost: 1, run }

/** A question with a large answer, or much to keep. */
export const largeAsk: Verb<AskFrame> = { needsWelcome: true, cost: 2, run }

/** It uses up what others have laid out. */
export const claim: Verb<AskFrame> = { needsWelcome: true, cost: 5, run }

/** A password is tried: also by the rate of logins. */
export const password: Verb<Extract<AskFrame, { t: 'password' }>> = {
  needsWelcome: true,
  cost: 1,
  run: (desk, said) => {
    const { now, session, online, frame } = said
    const retryMs = desk.accounts.takeLogin(now, session, online.name)
    if (retryMs === 0) return run(desk, said)
    desk.refusals.error(session, 'rate-limited', { ask: frame.ask, retryMs })
  },
}

function run(desk: Desk, { now, session, online, frame }: SaidOnline<AskFrame>): void {
  if (session.isBlocked) {
    return desk.refusals.error(session, 'too-many-in-flight', { ask: frame.ask })
  }
  const room = 'room' in frame ? frame.room : undefined
  const code = desk.requests.ask(now, {
    session,
    body: { kind: 'ask', by: online.user, device: online.device, frame },
    about: room === undefined ? {} : { room },
    settle: (_, reply) => {
      if (reply.kind === 'answer') {
        const { answer } = reply
        const { position } = session
        desk.outputs.frame(session.id, { t: 'answer', ask: frame.ask, answer, position })
      } else {
        const refused = reply.kind === 'refused' ? reply.code : 'unavailable'
        desk.refusals.error(session, refused, { ask: frame.ask })
      }
    },
  })
  if (code !== undefined) desk.refusals.error(session, code, { ask: frame.ask })
}
