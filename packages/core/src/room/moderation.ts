/**
 * Topic, roles, and turning people away. Moderators rule over members, owners over moderators too;
 * nobody rules over an owner but that owners give and take roles. In a direct conversation both are
 * plain members, so all of this is refused there.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Outcome } from './applied.ts'
import type { AccountRow, MemberRow, RoomRow } from './store.ts'
import { isLine } from './text-checks.ts'
import {
  isModerator,
  plainStanding,
  refused,
  rulesOver,
  type Send,
  standing,
  type Turn,
} from './turn.ts'

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>

export function topic(turn: Turn, send: Send, op: Of<'topic'>): Outcome {
  const place = plainStanding(turn, send)
  if (typeof place === 'string') return refused(place)
  if (!isModerator(place.member)) return refused('not-allowed')
  const topic = op.topic.trim()
  if (!isLine(topic, turn.limits.topicCharactersMax)) return refused('invalid')

  turn.store.putRoom({ ...place.room, topic })
  return turn.add(send.room, send, { kind: 'topic', topic })
}

/** Whoever is given a rank is not muted any more: nobody could lift it from an owner. */
export function role(turn: Turn, send: Send, op: Of<'role'>): Outcome {
  const place = standing(turn, send)
  if (typeof place === 'string') return refused(place)
  if (place.member.role !== 'owner') return refused('not-allowed')
  const target = targetOf(turn, send, op.user)
  if (typeof target === 'string') return refused(target)
  const { account, member } = target
  if (member === undefined) return refused('unknown-user')
  const owners =
    place.room.owners - (member.role === 'owner' ? 1 : 0) + (op.role === 'owner' ? 1 : 0)
  if (owners === 0) return refused('last-owner')

  const isMuted = member.isMuted && op.role === 'member'
  turn.store.putMember({ ...member, role: op.role, isMuted })
  turn.store.putRoom({ ...place.room, owners })
  const body = { kind: 'role', user: op.user, userName: account.name, role: op.role } as const
  return turn.add(send.room, send, body)
}

export function kick(turn: Turn, send: Send, op: Of<'kick'>): Outcome {
  const ruling = rule(turn, send, op)
  if (typeof ruling === 'string') return refused(ruling)
  const { account, member } = ruling
  if (member === undefined) return refused('unknown-user')

  const body = { kind: 'kick', user: op.user, userName: account.name, ...reasonOf(op) } as const
  const outcome = turn.add(send.room, send, body)
  turn.dismiss(member, send, 'kicked')
  return outcome
}

/** Who is not in the room can be banned too, before they come. */
export function ban(turn: Turn, send: Send, op: Of<'ban'>): Outcome {
  const { store } = turn
  const ruling = rule(turn, send, op)
  if (typeof ruling === 'string') return refused(ruling)
  const { account, member } = ruling

  if (op.on) {
    store.putBan(send.room, op.user)
    store.deleteInvite(send.room, op.user)
  } else {
    store.deleteBan(send.room, op.user)
  }
  const who = { user: op.user, userName: account.name, on: op.on }
  const outcome = turn.add(send.room, send, { kind: 'ban', ...who, ...reasonOf(op) })
  if (op.on && member !== undefined) turn.dismiss(member, send, 'banned')
  return outcome
}

export function mute(turn: Turn, send: Send, op: Of<'mute'>): Outcome {
  const ruling = rule(turn, send, op)
  if (typeof ruling === 'string') return refused(ruling)
  const { account, member } = ruling
  if (member === undefined) return refused('unknown-user')

  turn.store.putMember({ ...member, isMuted: op.on })
  const who = { user: op.user, userName: account.name, on: op.on }
  return turn.add(send.room, send, { kind: 'mute', ...who })
}

interface Target {
  readonly account: AccountRow
  readonly member: MemberRow | undefined
}

function targetOf(turn: Turn, send: Send, user: string): Target | ErrorCode {
  const account = turn.store.account(user)
  if (account === undefined) return 'unknown-user'
  return { account, member: turn.store.member(send.room, user) }
}

/** The sender may turn away the person: a moderator over a stranger or one they rule over. */
function rule(
  turn: Turn,
  send: Send,
  op: { readonly user: string; readonly reason?: string | undefined },
): (Target & { readonly room: RoomRow }) | ErrorCode {
  const place = standing(turn, send)
  if (typeof place === 'string') return place
  if (!isModerator(place.member)) return 'not-allowed'
  const target = targetOf(turn, send, op.user)
  if (typeof target === 'string') return target
  if (target.member !== undefined && !rulesOver(place.member, target.member)) return 'not-allowed'
  if (!isLine(op.reason ?? '', turn.limits.topicCharactersMax)) return 'invalid'
  return { ...target, room: place.room }
}

function reasonOf(op: { readonly reason?: string | undefined }): { readonly reason?: string } {
  const reason = (op.reason ?? '').trim()
  return reason === '' ? {} : { reason }
}
