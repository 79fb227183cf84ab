import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BenchOptions, ReplicaBench } from './replica-bench.test-suite.ts'

function chat(options: BenchOptions = {}) {
  const bench = new ReplicaBench(options)
  const [ann, bob, cy] = [bench.guest('Ann'), bench.guest('Bob'), bench.guest('Cy')]
  return { bench, ann, bob, cy }
}

const join = { kind: 'join' } as const
const leave = { kind: 'leave' } as const

test('[R14] anybody joins a public room, once, and is told where its entries begin', () => {
  const { bench, ann, bob } = chat()
  bench.room(ann, 'r1')
  bench.says(ann, 'r1')
  assert.equal(bench.does(bob, 'r1', join), 3)
  assert.deepEqual(bench.lastBody('r1'), { kind: 'join' })
  assert.deepEqual(bench.lastBody(bob), {
    kind: 'room-added',
    room: 'r1',
    from: 3,
    roomKind: 'public',
    title: 'r1',
  })
  assert.equal(bench.store.room('r1')?.members, 2)
  assert.equal(bench.store.member('r1', bob)?.readUpTo, 3)
  bench.refuses(bob, 'r1', join, 'already-member')
  bench.refuses(bob, 'r9', join, 'unknown-room')
})

test('[R15] a private room is joined by invitation, which is used up by that', () => {
  const { bench, ann, bob } = chat()
  bench.room(ann, 'r1', 'private')
  bench.refuses(bob, 'r1', join, 'not-invited')
  bench.does(ann, 'r1', { kind: 'invite', user: bob })
  bench.joins('r1', bob)
  bench.does(bob, 'r1', leave)
  bench.refuses(bob, 'r1', join, 'not-invited')
})

test('[R16] the invited are told in their self room, once', () => {
  const { bench, ann, bob, cy } = chat()
  bench.room(ann, 'r1', 'private')
  bench.does(ann, 'r1', { kind: 'invite', user: bob })
  assert.deepEqual(bench.lastBody('r1'), { kind: 'invite', user: bob, userName: 'Bob' })
  const invited = { kind: 'invited', room: 'r1', roomKind: 'private', title: 'r1' }
  assert.deepEqual(bench.lastBody(bob), invited)
  assert.equal(bench.entries(bob).at(-1)?.by, ann)
  const told = bench.entries(bob).length
  bench.does(ann, 'r1', { kind: 'invite', user: bob })
  assert.equal(bench.entries(bob).length, told)
  bench.joins('r1', bob)
  bench.does(bob, 'r1', { kind: 'invite', user: cy })
  assert.deepEqual(bench.lastBody(cy), invited)
})

test('[R16] an invitation to a public room is a notice; who was turned away gets none', () => {
  const { bench, ann, bob, cy } = chat()
  bench.room(ann, 'r1')
  bench.does(ann, 'r1', { kind: 'invite', user: bob })
  assert.equal(bench.lastBody(bob).kind, 'invited')
  bench.refuses(ann, 'r1', { kind: 'invite', user: 'u-nobody' }, 'unknown-user')
  bench.refuses(ann, 'r1', { kind: 'invite', user: ann }, 'already-member')
  bench.refuses(cy, 'r1', { kind: 'invite', user: bob }, 'not-member')
  bench.does(ann, 'r1', { kind: 'ban', user: cy, on: true })
  bench.refuses(ann, 'r1', { kind: 'invite', user: cy }, 'not-allowed')
})

test('[R17] a room takes in as many as its limit', () => {
  const { bench, ann, bob, cy } = chat({ limits: { roomMembersMax: 2 } })
  bench.joins(bench.room(ann, 'r1'), bob)
  bench.refuses(cy, 'r1', join, 'room-full')
  bench.does(bob, 'r1', leave)
  bench.joins('r1', cy)
})

test('[R18] who leaves is told in their self room and can do nothing in the room any more', () => {
  const { bench, ann, bob } = chat()
  bench.joins(bench.room(ann, 'r1'), bob)
  const said = bench.says(bob, 'r1')
  bench.does(bob, 'r1', leave)
  assert.deepEqual(bench.lastBody('r1'), { kind: 'leave' })
  assert.deepEqual(bench.lastBody(bob), { kind: 'room-removed', room: 'r1', why: 'left' })
  assert.equal(bench.store.room('r1')?.members, 1)
  for (const op of [
    leave,
    { kind: 'post', text: 'still here' },
    { kind: 'edit', target: said, text: 'changed' },
    { kind: 'delete', target: said },
    { kind: 'react', target: said, emoji: '👍', on: true },
    { kind: 'invite', user: ann },
    { kind: 'topic', topic: 'mine' },
    { kind: 'kick', user: ann },
  ] as const) {
    bench.refuses(bob, 'r1', op, 'not-member')
  }
})

test('[R19] the last owner stays while others are there', () => {
  const { bench, ann, bob } = chat()
  bench.joins(bench.room(ann, 'r1'), bob)
  bench.refuses(ann, 'r1', leave, 'last-owner')
  bench.does(ann, 'r1', { kind: 'role', user: bob, role: 'owner' })
  bench.does(ann, 'r1', leave)
  assert.equal(bench.store.room('r1')?.owners, 1)
  bench.does(bob, 'r1', leave)
  const { members, owners } = bench.store.room('r1')!
  assert.deepEqual({ members, owners }, { members: 0, owners: 0 })
})

test('[R20] who comes into an empty room owns it', () => {
  const { bench, ann, bob, cy } = chat()
  bench.room(ann, 'r1')
  bench.does(ann, 'r1', leave)
  bench.joins('r1', bob, cy)
  assert.equal(bench.store.member('r1', bob)?.role, 'owner')
  assert.equal(bench.store.member('r1', cy)?.role, 'member')
})

test('[R21] who leaves muted is muted when they come back', () => {
  const { bench, ann, bob } = chat()
  bench.joins(bench.room(ann, 'r1'), bob)
  bench.does(ann, 'r1', { kind: 'mute', user: bob, on: true })
  bench.does(bob, 'r1', leave)
  bench.joins('r1', bob)
  bench.refuses(bob, 'r1', { kind: 'post', text: 'hello' }, 'muted')
  bench.does(ann, 'r1', { kind: 'mute', user: bob, on: false })
  bench.does(bob, 'r1', leave)
  bench.joins('r1', bob)
  bench.says(bob, 'r1')
})
