/** What a person is told of their rooms when they arrive. */
import type { RoomSummary } from '@starling/protocol/down'
import type { Store } from '../room/store.ts'

export function roomSummaries(store: Store, user: string): readonly RoomSummary[] {
  const self = store.room(user)
  const summaries: RoomSummary[] = []
  if (self !== undefined) {
    summaries.push({
      room: user,
      kind: 'self',
      title: '',
      topic: '',
      role: 'member',
      members: 1,
      head: self.head,
      readUpTo: self.head,
    })
  }
  for (const { room } of store.roomsOf(user)) {
    const summary = roomSummary(store, room, user)
    if (summary !== undefined) summaries.push(summary)
  }
  return summaries
}

export function roomSummary(store: Store, room: string, user: string): RoomSummary | undefined {
  const row = store.room(room)
  const member = store.member(room, user)
  if (row === undefined || member === undefined) return undefined
  const summary: RoomSummary = {
    room,
    kind: row.kind,
    title: row.title,
    topic: row.topic,
    role: member.role,
    members: row.members,
    head: row.head,
    readUpTo: member.readUpTo,
    ...(member.isMuted ? { isMuted: true } : {}),
    ...(row.isEncrypted && { isEncrypted: row.isEncrypted }),
    ...(row.history && { history: row.history }),
  }
  const peer = row.kind === 'direct' ? peerOf(store, room, user) : undefined
  return peer === undefined ? summary : { ...summary, peer }
}

function peerOf(
  store: Store,
  room: string,
  user: string,
): { user: string; name: string } | undefined {
  const other = store.members(room, { after: '', limit: 2 }).find((row) => row.user !== user)
  const account = other === undefined ? undefined : store.account(other.user)
  return account === undefined ? undefined : { user: account.user, name: account.name }
}
