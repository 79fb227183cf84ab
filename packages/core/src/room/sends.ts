/**
 * Sends: operations of people on rooms, counted by outbox (P2, P4).
 *
 * A room keeps, for each outbox used in it, whose it is and the last number applied. The next
 * number is applied, accepted or refused, and consumed by that. A number up to the last is a repeat
 * and gets the first answer: that of the entry it made, or the recorded refusal. A greater number
 * is `out-of-turn` and consumes nothing; nor does what has no shape or uses another's outbox.
 */
import { type ErrorCode, isErrorCode, retryOf } from '@starling/protocol/error-codes'
import { type Operation, operation } from '@starling/protocol/operation'
import type { RoomOperation } from '../log/record.ts'
import type { Outcome } from './applied.ts'
import { commit } from './commits.ts'
import { create, direct } from './create-rooms.ts'
import { beginGroup, sealed } from './groups.ts'
import { invite, join, leave } from './membership.ts'
import { deleteMessage, edit, post } from './messages.ts'
import { ban, kick, mute, role, topic } from './moderation.ts'
import { react } from './reactions.ts'
import type { OutboxRow, Store } from './store.ts'
import { isId, isUserId } from './text-checks.ts'
import { refused, type Send, type Turn } from './turn.ts'

type Appliers = {
  readonly [K in Operation['kind']]: (
    turn: Turn,
    send: Send,
    op: Extract<Operation, { kind: K }>,
  ) => Outcome
}

const appliers: Appliers = {
  create,
  direct,
  join,
  leave,
  invite,
  post,
  edit,
  delete: deleteMessage,
  react,
  topic,
  role,
  kick,
  ban,
  mute,
  group: beginGroup,
  commit,
  sealed,
}

export function applySend(turn: Turn, untrusted: object): Outcome {
  const send = sendOf(untrusted)
  if (send === undefined) return refused('invalid')
  const outbox = turn.store.outbox(send.room, send.outbox) ?? newOutbox(send)
  if (outbox.user !== send.by) return refused('invalid')
  if (send.number <= outbox.last) return firstOutcome(turn.store, outbox, send)
  if (send.number > outbox.last + 1) return refused('out-of-turn')
  const outcome = decide(turn, send)
  if (!outcome.ok && !consumes(outcome.code)) return outcome
  turn.store.putOutbox(consumed(outbox, outcome, turn.limits.refusalsPerOutboxMax))
  return outcome
}

export function knownSendOutcome(store: Store, op: RoomOperation): Outcome | undefined {
  const send = sendOf(op)
  if (send === undefined) return refused('invalid')
  const outbox = store.outbox(send.room, send.outbox)
  if (outbox === undefined) return undefined
  if (outbox.user !== send.by) return refused('invalid')
  return send.number <= outbox.last ? firstOutcome(store, outbox, send) : undefined
}

/** The head of a send has its shape; `op` is not yet looked at. */
interface ShapedSend {
  readonly room: string
  readonly by: string
  readonly outbox: string
  readonly number: number
  /** Empty where it was not told. */
  readonly device: string
  readonly op: unknown
}

function sendOf(untrusted: object): ShapedSend | undefined {
  const given = untrusted as { [field in keyof ShapedSend]?: unknown }
  const { room, by, outbox, number, device, op } = given
  if (!isId(room) || !isUserId(by) || !isId(outbox)) return undefined
  if (!Number.isSafeInteger(number) || (number as number) < 1) return undefined
  return { room, by, outbox, number: number as number, device: isId(device) ? device : '', op }
}

function newOutbox({ room, outbox, by }: ShapedSend): OutboxRow {
  return { room, outbox, user: by, last: 0, refusals: [] }
}

function consumed(outbox: OutboxRow, outcome: Outcome, refusalsMax: number): OutboxRow {
  const last = outbox.last + 1
  if (outcome.ok) return { ...outbox, last }
  const refusals = [...outbox.refusals, { number: last, code: outcome.code }]
  return { ...outbox, last, refusals: refusals.slice(-refusalsMax) }
}

/** Of a number that was consumed. */
function firstOutcome(store: Store, outbox: OutboxRow, send: ShapedSend): Outcome {
  const sent = store.sent(send.room, send.outbox, send.number)
  if (sent !== undefined) return { ok: true, ...sent }
  const opened = openedBefore(store, send)
  if (opened !== undefined) return opened
  const refusal = outbox.refusals.find((one) => one.number === send.number)
  return refused(refusal?.code ?? 'forgotten')
}

/** The one send accepted without an entry: opening a direct conversation that is there. */
function openedBefore(store: Store, send: ShapedSend): Outcome | undefined {
  const { op, room, by } = send
  if (typeof op !== 'object' || op === null || !('kind' in op)) return undefined
  if (op.kind !== 'direct' || store.room(room)?.kind !== 'direct') return undefined
  if (store.member(room, by) === undefined) return undefined
  const first = store.entry(room, 1)
  return first === undefined ? undefined : { ok: true, index: 1, at: first.at }
}

function decide(turn: Turn, send: ShapedSend): Outcome {
  const by = turn.store.account(send.by)
  if (by === undefined) return refused('unknown-user')
  if (isVoid(send.op)) return refused(codeOf(send.op))
  const parsed = operation.safeParse(send.op)
  if (!parsed.success) return refused('invalid')
  const { room, outbox, number, device } = send
  const apply = appliers[parsed.data.kind] as (turn: Turn, send: Send, op: Operation) => Outcome
  return apply(turn, { room, by, outbox, number, device }, parsed.data)
}

function isVoid(op: unknown): op is { kind: 'void'; code?: unknown } {
  return typeof op === 'object' && op !== null && 'kind' in op && op.kind === 'void'
}

/** Some would say that the number was not consumed. */
function codeOf(op: { code?: unknown }): ErrorCode {
  const { code } = op
  const isFit = typeof code === 'string' && isErrorCode(code)
  return isFit && code !== 'out-of-turn' && consumes(code) ? code : 'invalid'
}

function consumes(code: ErrorCode): boolean {
  return retryOf(code) !== 'seal'
}
