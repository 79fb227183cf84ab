/** Coming into a room, leaving it, and asking others in. */
import { limits } from '@starling/protocol/limits'
import type { Operation } from '@starling/protocol/operation'
import type { Outcome } from './applied.ts'
import type { AppliedLimits } from './settings.ts'
import type { RoomRow } from './store.ts'
import { refused, type Send, standing, type Turn } from './turn.ts'

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>

export function join(turn: Turn, send: Send, _op: Of<'join'>): Outcome {
  const { store } = turn
  const user = send.by.user
  const room = store.room(send.room)
  if (room === undefined || room.kind === 'self') return refused('unknown-room')
  if (store.member(send.room, user) !== undefined) return refused('already-member')
  if (room.kind === 'direct') return refused('unknown-room')
  if (store.isBanned(send.room, user)) return refused('banned')
  if (room.kind === 'private' && !store.isInvited(send.room, user)) return refused('not-invited')
  if (room.members >= membersMaxOf(room, turn.limits)) return refused('room-full')
  if (turn.isInAllRoomsAllowed(user)) return refused('too-many-rooms')

  const outcome = turn.add(send.room, send, { kind: 'join' })
  const role = room.members === 0 ? 'owner' : 'member'
  turn.admit(send.room, send, { user, role, from: outcome.index })
  return outcome
}

/** In an encrypted room everybody needs a leaf. */
function membersMaxOf({ isEncrypted }: RoomRow, { roomMembersMax }: AppliedLimits): number {
  return isEncrypted ? Math.min(roomMembersMax, limits.groupLeavesMax) : roomMembersMax
}

export function leave(turn: Turn, send: Send, _op: Of<'leave'>): Outcome {
  const place = standing(turn, send)
  if (typeof place === 'string') return refused(place)
  const { room, member } = place
  if (room.kind === 'direct') return refused('not-allowed')
  if (member.role === 'owner' && room.owners === 1 && room.members > 1) {
    return refused('last-owner')
  }

  const outcome = turn.add(send.room, send, { kind: 'leave' })
  turn.dismiss(member, send, 'left')
  return outcome
}

/** Tells the invited once, until they join or are turned away. */
export function invite(turn: Turn, send: Send, op: Of<'invite'>): Outcome {
  const { store } = turn
  const place = standing(turn, send)
  if (typeof place === 'string') return refused(place)
  const { room, member } = place
  if (room.kind === 'direct' || room.kind === 'self') return refused('not-allowed')
  if (member.isMuted) return refused('muted')
  const invited = store.account(op.user)
  if (invited === undefined) return refused('unknown-user')
  if (store.member(send.room, op.user) !== undefined) return refused('already-member')
  if (store.isBanned(send.room, op.user)) return refused('not-allowed')

  const body = { kind: 'invite', user: op.user, userName: invited.name } as const
  const outcome = turn.add(send.room, send, body)
  if (store.isInvited(send.room, op.user)) return outcome
  store.putInvite(send.room, op.user)
  const notice = { room: send.room, roomKind: room.kind, title: room.title }
  turn.add(op.user, { by: send.by }, { kind: 'invited', ...notice })
  return outcome
}
