/**
 * Messages: said, edited, deleted. The entry of the post always holds the message's present state,
 * which history answers; the entries that changed it keep their own index for those who follow.
 */
import type { Entry, EntryHead, PostBody } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Outcome } from './applied.ts'
import { messageFault } from './text-checks.ts'
import { isModerator, plainStanding, refused, type Send, type Turn } from './turn.ts'

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>
export type Post = EntryHead & PostBody

/** A message that is there and not deleted, or what to answer instead. */
export function livingPost(turn: Turn, room: string, index: number): Post | ErrorCode {
  const entry: Entry | undefined = turn.store.entry(room, index)
  if (entry?.kind !== 'post') return 'unknown-message'
  return entry.deletedBy === undefined ? entry : 'message-deleted'
}

export function post(turn: Turn, send: Send, op: Of<'post'>): Outcome {
  const place = plainStanding(turn, send)
  if (typeof place === 'string') return refused(place)
  if (place.member.isMuted) return refused('muted')
  const fault = messageFault(op.text, turn.limits)
  if (fault !== undefined) return refused(fault)
  if (op.replyTo === undefined) return turn.add(send.room, send, { kind: 'post', text: op.text })
  const replyTo = livingPost(turn, send.room, op.replyTo)
  if (typeof replyTo === 'string') return refused(replyTo)
  return turn.add(send.room, send, { kind: 'post', text: op.text, replyTo: op.replyTo })
}

export function edit(turn: Turn, send: Send, op: Of<'edit'>): Outcome {
  const place = plainStanding(turn, send)
  if (typeof place === 'string') return refused(place)
  if (place.member.isMuted) return refused('muted')
  const target = livingPost(turn, send.room, op.target)
  if (typeof target === 'string') return refused(target)
  if (target.by !== send.by.user) return refused('not-allowed')
  const fault = messageFault(op.text, turn.limits)
  if (fault !== undefined) return refused(fault)

  const editedAt = turn.timeIn(place.room)
  turn.store.putEntry(send.room, { ...target, text: op.text, editedAt })
  return turn.add(send.room, send, { kind: 'edit', target: op.target, text: op.text })
}

/** Nothing that was said remains: not in the post, not in its edits. */
export function deleteMessage(turn: Turn, send: Send, op: Of<'delete'>): Outcome {
  const { store } = turn
  const place = plainStanding(turn, send)
  if (typeof place === 'string') return refused(place)
  const target = livingPost(turn, send.room, op.target)
  if (typeof target === 'string') return refused(target)
  const isOwn = target.by === send.by.user
  if (!isOwn && !isModerator(place.member)) return refused('not-allowed')

  const { text: _text, editedAt: _editedAt, reactions: _reactions, ...kept } = target
  store.putEntry(send.room, { ...kept, text: '', deletedBy: send.by.user })
  for (const index of store.edits(send.room, op.target)) {
    const edited = store.entry(send.room, index)
    if (edited?.kind === 'edit') store.putEntry(send.room, { ...edited, text: '' })
  }
  return turn.add(send.room, send, { kind: 'delete', target: op.target })
}
