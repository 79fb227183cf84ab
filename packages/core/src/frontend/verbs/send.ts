/** A durable request: into its lane, and back as an ack or a refusal. */
import type { Reply } from '../../link/down.ts'
import { codePoints } from '../../text-size.ts'
import type { Desk } from '../desk.ts'
import type { SendFrame } from '../read-frame.ts'
import type { OnlineState, Session } from '../session.ts'
import type { SaidOnline, Verb } from './verb.ts'

const retryInFlightMs = 200

export const send: Verb<SendFrame> = { needsWelcome: true, cost: 1, run }

function run(desk: Desk, { now, session, online, frame }: SaidOnline<SendFrame>): void {
  const { room, outbox, number, op } = frame
  const isText = op.kind === 'post' || op.kind === 'edit'
  const code = desk.requests.ask(now, {
    session,
    body: { kind: 'send', room, by: online.user, outbox, number, ...from(frame, online), op },
    about: isText ? { room, characters: codePoints(op.text) } : { room },
    settle: (_, reply) => answer(desk, { session, frame }, reply),
  })
  if (code === undefined) return
  const isFull = code === 'too-many-in-flight'
  desk.refusals.send(session, frame, isFull ? { code, retryMs: retryInFlightMs } : { code })
}

/** What concerns a room's group comes from a device, not from a person alone. */
function from({ op }: SendFrame, { device }: OnlineState): { readonly device?: string } {
  const isOfGroup = op.kind === 'group' || op.kind === 'commit' || op.kind === 'sealed'
  return isOfGroup ? { device } : {}
}

function answer(
  desk: Desk,
  { session, frame }: { session: Session; frame: SendFrame },
  reply: Reply,
): void {
  const { room, outbox, number } = frame
  if (reply.kind === 'sent') {
    const { index, at } = reply
    const { position } = session
    desk.outputs.frame(session.id, { t: 'ack', room, outbox, number, index, at, position })
  } else {
    const code = reply.kind === 'refused' ? reply.code : 'unavailable'
    desk.refusals.send(session, frame, { code })
  }
}
