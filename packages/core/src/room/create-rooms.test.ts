import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directRoomId } from '@starling/protocol/operation'
import { type BenchOptions, ReplicaBench } from './replica-bench.test-suite.ts'

function chat(options: BenchOptions = {}) {
  const bench = new ReplicaBench(options)
  return { bench, ann: bench.guest('Ann'), bob: bench.guest('Bob') }
}

const lobby = { kind: 'create', room: 'public', name: 'Lobby' } as const

test('[R7] who creates a room is its owner, and is told in their self room', () => {
  const { bench, ann } = chat()
  const op = { kind: 'create', room: 'public', name: ' The  Lobby ', topic: ' all of it ' } as const
  assert.equal(bench.does(ann, 'r1', op), 1)
  const made = { room: 'public', title: 'The Lobby', topic: 'all of it' } as const
  assert.deepEqual(bench.bodies('r1'), [{ kind: 'create', ...made }])
  assert.deepEqual(bench.store.room('r1'), {
    room: 'r1',
    kind: 'public',
    title: 'The Lobby',
    foldedTitle: 'the lobby',
    topic: 'all of it',
    head: 1,
    lastAt: 1_000,
    members: 1,
    owners: 1,
  })
  const member = { room: 'r1', user: ann, role: 'owner', isMuted: false, readUpTo: 1 }
  assert.deepEqual(bench.store.member('r1', ann), member)
  const about = { roomKind: 'public', title: 'The Lobby', topic: 'all of it' }
  const added = { room: 'r1', from: 1, ...about }
  assert.deepEqual(bench.lastBody(ann), { kind: 'room-added', ...added })
})

test("[R8] a room's id is unused, and neither a person's nor that of a direct conversation", () => {
  const { bench, ann, bob } = chat()
  bench.does(ann, 'r1', lobby)
  bench.refuses(bob, 'r1', { ...lobby, name: 'Other' }, 'room-exists')
  bench.refuses(ann, bob, lobby, 'invalid')
  bench.refuses(ann, 'd:x:y', lobby, 'invalid')
  bench.refuses(ann, directRoomId(ann, bob), lobby, 'invalid')
})

test('[R9] names of public rooms are unique, whatever their case; private ones are free', () => {
  const { bench, ann, bob } = chat()
  bench.does(ann, 'r1', lobby)
  bench.refuses(bob, 'r2', { ...lobby, name: 'LOBBY' }, 'room-exists')
  bench.does(bob, 'r2', { ...lobby, name: 'LOBBY', room: 'private' })
  bench.does(bob, 'r3', { ...lobby, name: 'LOBBY', room: 'private' })
})

test('[R9] a name or topic that is not allowed is refused', () => {
  const { bench, ann } = chat({ limits: { topicCharactersMax: 5 } })
  bench.refuses(ann, 'r1', { ...lobby, name: ' ' }, 'name-invalid')
  bench.refuses(ann, 'r1', { ...lobby, name: 'a\nb' }, 'name-invalid')
  bench.refuses(ann, 'r1', { ...lobby, topic: 'too long' }, 'invalid')
  bench.refuses(ann, 'r1', { ...lobby, topic: 'a\nb' }, 'invalid')
})

test('[R10] nobody is in more rooms than the limit', () => {
  const { bench, ann, bob } = chat({ limits: { userRoomsMax: 2 } })
  bench.room(ann, 'r1')
  bench.room(ann, 'r2')
  bench.refuses(ann, 'r3', lobby, 'too-many-rooms')
  bench.room(bob, 'r4')
  bench.refuses(ann, 'r4', { kind: 'join' }, 'too-many-rooms')
  bench.refuses(ann, directRoomId(ann, bob), { kind: 'direct', user: bob }, 'too-many-rooms')
  bench.refuses(bob, directRoomId(ann, bob), { kind: 'direct', user: ann }, 'too-many-rooms')
  bench.does(ann, 'r1', { kind: 'leave' })
  bench.joins('r4', ann)
})

test('[R11] a direct conversation is a room of two equals, told to both', () => {
  const { bench, ann, bob } = chat()
  const room = bench.direct(ann, bob)
  assert.deepEqual(bench.bodies(room), [{ kind: 'create', room: 'direct', title: '', topic: '' }])
  for (const [user, peer] of [
    [ann, 'Bob'],
    [bob, 'Ann'],
  ] as const) {
    assert.equal(bench.store.member(room, user)?.role, 'member')
    const added = { room, from: 1, roomKind: 'direct', title: peer }
    assert.deepEqual(bench.lastBody(user), { kind: 'room-added', ...added })
  }
  bench.says(bob, room)
  bench.says(ann, room)
})

test('[R11] opening a direct conversation that is there finds it, from either side, always', () => {
  const { bench, ann, bob } = chat()
  const room = bench.direct(ann, bob)
  const before = bench.contentsBesidesOutboxes()
  const op = { kind: 'direct', user: ann } as const
  const send = { kind: 'room', room, by: bob, outbox: 'o1', number: 1, op } as const
  const found = { ok: true, index: 1, at: 1_000 }
  assert.equal(bench.replica.known(send), undefined)
  assert.deepEqual(bench.applyOne(send), found)
  assert.deepEqual(bench.applyOne(send), found)
  assert.deepEqual(bench.replica.known(send), found)
  assert.deepEqual(bench.contentsBesidesOutboxes(), before)
})

test('[R11] a direct conversation needs the other, and its own id', () => {
  const { bench, ann, bob } = chat()
  const room = directRoomId(ann, bob)
  bench.refuses(ann, room, { kind: 'direct', user: 'u-Nobody' }, 'invalid')
  const nowhere = directRoomId(ann, 'u-Nobody')
  bench.refuses(ann, nowhere, { kind: 'direct', user: 'u-Nobody' }, 'unknown-user')
  bench.refuses(ann, directRoomId(ann, ann), { kind: 'direct', user: ann }, 'invalid')
  bench.refuses(ann, 'r1', { kind: 'direct', user: bob }, 'invalid')
})

test('[R12] in a direct conversation nobody is invited, turned away or given a rank', () => {
  const { bench, ann, bob } = chat()
  const cy = bench.guest('Cy')
  const room = bench.direct(ann, bob)
  bench.refuses(ann, room, { kind: 'invite', user: cy }, 'not-allowed')
  bench.refuses(ann, room, { kind: 'kick', user: bob }, 'not-allowed')
  bench.refuses(ann, room, { kind: 'ban', user: bob, on: true }, 'not-allowed')
  bench.refuses(ann, room, { kind: 'mute', user: bob, on: true }, 'not-allowed')
  bench.refuses(ann, room, { kind: 'role', user: bob, role: 'owner' }, 'not-allowed')
  bench.refuses(ann, room, { kind: 'topic', topic: 'us' }, 'not-allowed')
  bench.refuses(ann, room, { kind: 'leave' }, 'not-allowed')
  bench.refuses(ann, room, { kind: 'join' }, 'already-member')
  bench.refuses(cy, room, { kind: 'join' }, 'unknown-room')
  const said = bench.says(bob, room)
  bench.refuses(ann, room, { kind: 'delete', target: said }, 'not-allowed')
})

test('[R13] nobody sends to a self room', () => {
  const { bench, ann, bob } = chat()
  bench.refuses(ann, ann, { kind: 'post', text: 'note' }, 'not-allowed')
  bench.refuses(ann, ann, { kind: 'leave' }, 'not-allowed')
  bench.refuses(bob, ann, { kind: 'post', text: 'hello' }, 'unknown-room')
  bench.refuses(bob, ann, { kind: 'join' }, 'unknown-room')
  bench.refuses(ann, ann, { kind: 'join' }, 'unknown-room')
})
