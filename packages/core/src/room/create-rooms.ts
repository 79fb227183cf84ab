/** New rooms: by name, and direct conversations between two. */
import { directRoomId, type Operation } from '@starling/protocol/operation'
import { checkRoomTitle } from '../names/check-title.ts'
import type { Outcome } from './applied.ts'
import { isLine } from './text-checks.ts'
import { refused, type Send, type Turn } from './turn.ts'

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>

export function create(turn: Turn, send: Send, op: Of<'create'>): Outcome {
  const { store, limits } = turn
  if (send.room.startsWith('d:') || store.account(send.room) !== undefined) {
    return refused('invalid')
  }
  if (store.room(send.room) !== undefined) return refused('room-exists')
  const isPublic = op.room === 'public'
  const isEncrypted = op.encrypted === true
  if (isPublic && isEncrypted) return refused('invalid')
  if (op.history !== undefined && !isEncrypted) return refused('not-encrypted')
  const isNameless = isEncrypted && op.name === ''
  const checked = checkRoomTitle(op.name, limits.roomNameCharactersMax)
  if (!checked.ok && !isNameless) return refused(checked.code)
  const { title, folded } = checked.ok ? checked : { title: '', folded: '' }
  const topic = (op.topic ?? '').trim()
  if (!isLine(topic, limits.topicCharactersMax)) return refused('invalid')
  if (isEncrypted && topic !== '') return refused('room-encrypted')
  if (isPublic && store.publicRoomByTitle(folded) !== undefined) return refused('room-exists')
  if (turn.isInAllRoomsAllowed(send.by.user)) return refused('too-many-rooms')

  const row = { room: send.room, kind: op.room, title, foldedTitle: folded, topic }
  const privacy = {
    ...(isEncrypted ? { isEncrypted } : {}),
    ...(op.history === 'all' ? { history: op.history } : {}),
  } as const
  store.putRoom({ ...row, ...privacy, head: 0, lastAt: 0, members: 0, owners: 0 })
  const body = { kind: 'create', room: op.room, title, topic, ...privacy } as const
  const outcome = turn.add(send.room, send, body)
  turn.admit(send.room, send, { user: send.by.user, role: 'owner', from: outcome.index })
  return outcome
}

/** Both are plain members, so that neither rules over the other. */
export function direct(turn: Turn, send: Send, op: Of<'direct'>): Outcome {
  const { store } = turn
  const by = send.by.user
  if (op.user === by || send.room !== directRoomId(by, op.user)) return refused('invalid')
  const other = store.account(op.user)
  if (other === undefined) return refused('unknown-user')
  const first = store.entry(send.room, 1)
  if (first !== undefined) return { ok: true, index: 1, at: first.at }
  if (turn.isInAllRoomsAllowed(by) || turn.isInAllRoomsAllowed(op.user)) {
    return refused('too-many-rooms')
  }

  const row = { room: send.room, kind: 'direct', title: '', foldedTitle: '', topic: '' } as const
  const privacy = op.encrypted === true ? ({ isEncrypted: true } as const) : {}
  store.putRoom({ ...row, ...privacy, head: 0, lastAt: 0, members: 0, owners: 0 })
  const body = { kind: 'create', room: 'direct', title: '', topic: '', ...privacy } as const
  const outcome = turn.add(send.room, send, body)
  for (const user of [by, op.user]) {
    turn.admit(send.room, send, { user, role: 'member', from: outcome.index })
  }
  return outcome
}
