import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { MemoryStore } from './memory-store.ts'
import { ReplicaBench } from './replica-bench.test-suite.ts'
import { everyRoom, roomDigest } from './room-digest.ts'

function post(index: number, text: string): Entry {
  return { index, at: index, by: 'u-ann', name: 'Ann', kind: 'post', text }
}

function storeOf(...entries: readonly Entry[]): MemoryStore {
  const store = new MemoryStore()
  store.transact(1, () => {
    for (const entry of entries) store.putEntry('r1', entry)
  })
  return store
}

function digestOf(...entries: readonly Entry[]): string {
  return roomDigest(storeOf(...entries), 'r1').digest
}

test('[L20] rooms with the same entries have the same digest, however they were put', () => {
  const [one, two] = [post(1, 'one'), post(2, 'two')]
  const { text, kind, name, by, at, index } = one as Entry & { kind: 'post' }
  const turned = { text, kind, name, by, at, index }
  assert.deepEqual(roomDigest(storeOf(one, two), 'r1'), roomDigest(storeOf(two, turned), 'r1'))
  assert.deepEqual(roomDigest(storeOf(one, two), 'r1').entries, 2)
})

test('[L20] a room of many pages counts all of its entries', () => {
  const many = Array.from({ length: 1_200 }, (_, at) => post(at + 1, `message ${at}`))
  assert.equal(roomDigest(storeOf(...many), 'r1').entries, 1_200)
  const changed = many.map((entry) => (entry.index === 1_199 ? post(1_199, 'other') : entry))
  assert.notEqual(digestOf(...many), digestOf(...changed))
  assert.notEqual(digestOf(...many), digestOf(...many.slice(0, -1)))
})

test('[L20] anything that differs in an entry changes the digest', () => {
  const reacted = (users: readonly string[]) =>
    ({ ...post(1, 'one'), reactions: [{ emoji: '\u{1f44d}', users }] }) as Entry
  const digests = [
    digestOf(),
    digestOf(post(1, 'one')),
    digestOf(post(1, 'One')),
    digestOf(post(1, 'one '), post(2, '')),
    digestOf(post(1, 'one'), post(2, ' ')),
    digestOf({ ...post(1, 'one'), at: 1 + 2 ** 40 }),
    digestOf({ ...post(1, 'one'), deletedBy: 'u-ann' } as Entry),
    digestOf(reacted(['u-a', 'u-b'])),
    digestOf(reacted(['u-b', 'u-a'])),
    digestOf(reacted(['u-a'])),
  ]
  assert.equal(new Set(digests).size, digests.length)
})

test('[L6] every room is found, of whatever kind', () => {
  const bench = new ReplicaBench()
  const [ann, bob] = [bench.guest('ann'), bench.guest('bob')]
  bench.room(ann, 'r1')
  bench.room(ann, 'r2', 'private')
  const direct = bench.direct(ann, bob)
  assert.deepEqual(
    [...everyRoom(bench.store)].map((row) => row.room),
    [direct, 'r1', 'r2', ann, bob],
  )
  bench.store.transact(bench.store.position + 1, () => {
    const row = bench.store.room('r1')!
    for (let n = 0; n < 1_100; n += 1) bench.store.putRoom({ ...row, room: `s${n}`, kind: 'self' })
  })
  assert.equal([...everyRoom(bench.store)].length, 1_105)
})
