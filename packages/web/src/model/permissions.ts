/** What one may do in a room, so that nothing is offered that would be refused. */
import type { RoomSnapshot } from '@starling/client/api'
import type { Member } from '@starling/protocol/down'
import type { Role } from '@starling/protocol/operation'

const rank: Readonly<Record<Role, number>> = { member: 0, moderator: 1, owner: 2 }

export function rankOf(role: Role): number {
  return rank[role]
}

type Own = Pick<RoomSnapshot, 'kind' | 'role' | 'isMuted'>

export function mayWrite({ isMuted }: Own): boolean {
  return !isMuted
}

export function maySetTopic({ kind, role }: Own): boolean {
  return kind !== 'direct' && rank[role] > 0
}

export function mayInvite({ kind, isMuted }: Own): boolean {
  return kind !== 'direct' && !isMuted
}

export function mayDelete(room: Own, line: { readonly isOwn: boolean }): boolean {
  return line.isOwn || (room.kind !== 'direct' && rank[room.role] > 0)
}

export type Measure = 'kick' | 'ban' | 'mute' | 'unmute'

export function measuresAgainst(
  room: Own,
  member: Pick<Member, 'user' | 'role' | 'isMuted'>,
  me: string,
): readonly Measure[] {
  if (room.kind === 'direct' || member.user === me) return []
  if (rank[room.role] === 0 || rank[member.role] >= rank[room.role]) return []
  return [member.isMuted ? 'unmute' : 'mute', 'kick', 'ban']
}

/** The roles that one could give this member. */
export function rolesFor(
  room: Own,
  member: Pick<Member, 'user' | 'role'>,
  me: string,
): readonly Role[] {
  if (room.kind === 'direct' || room.role !== 'owner' || member.user === me) return []
  return (['owner', 'moderator', 'member'] as const).filter((role) => role !== member.role)
}
