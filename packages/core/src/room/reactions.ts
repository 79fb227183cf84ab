/**
 * Reactions. Emoji stand in the order of their first use, people in the order of their reacting. To
 * put one that is there, or to take away one that is not, is accepted, makes its entry and changes
 * nothing else.
 */
import type { Reaction } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Outcome } from './applied.ts'
import { livingPost } from './messages.ts'
import type { AppliedLimits } from './settings.ts'
import { isReaction } from './text-checks.ts'
import { plainStanding, refused, type Send, type Turn } from './turn.ts'

type React = Extract<Operation, { kind: 'react' }>

export function react(turn: Turn, send: Send, op: React): Outcome {
  const place = plainStanding(turn, send)
  if (typeof place === 'string') return refused(place)
  if (place.member.isMuted) return refused('muted')
  if (!isReaction(op.emoji, turn.limits)) return refused('invalid')
  const target = livingPost(turn, send.room, op.target)
  if (typeof target === 'string') return refused(target)
  const before = target.reactions ?? []
  const user = send.by.user
  const reactions = op.on
    ? withReaction(before, { emoji: op.emoji, user }, turn.limits)
    : withoutReaction(before, { emoji: op.emoji, user })
  if (typeof reactions === 'string') return refused(reactions)

  if (reactions !== before) {
    const { reactions: _before, ...rest } = target
    const changed = reactions.length === 0 ? rest : { ...rest, reactions }
    turn.store.putEntry(send.room, changed)
  }
  const { target: index, emoji, on } = op
  return turn.add(send.room, send, { kind: 'react', target: index, emoji, on })
}

function withReaction(
  before: readonly Reaction[],
  { emoji, user }: { emoji: string; user: string },
  limits: AppliedLimits,
): readonly Reaction[] | ErrorCode {
  const same = before.find((one) => one.emoji === emoji)
  if (same === undefined) {
    if (before.length >= limits.reactionsPerMessageMax) return 'too-many-reactions'
    return [...before, { emoji, users: [user] }]
  }
  if (same.users.includes(user)) return before
  if (same.users.length >= limits.peoplePerReactionMax) return 'too-many-reactions'
  const users = [...same.users, user]
  return before.map((one) => (one === same ? { emoji, users } : one))
}

function withoutReaction(
  before: readonly Reaction[],
  { emoji, user }: { emoji: string; user: string },
): readonly Reaction[] {
  const same = before.find((one) => one.emoji === emoji)
  if (same === undefined || !same.users.includes(user)) return before
  const users = same.users.filter((one) => one !== user)
  if (users.length === 0) return before.filter((one) => one !== same)
  return before.map((one) => (one === same ? { emoji, users } : one))
}
