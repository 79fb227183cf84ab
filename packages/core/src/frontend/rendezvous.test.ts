import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byPreference, preferred } from './rendezvous.ts'

const backends = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']
const rooms = Array.from({ length: 4_000 }, (_, at) => `room-${at}`)

test('rooms spread evenly over the backends', () => {
  const counts = new Map(backends.map((backend) => [backend, 0]))
  for (const room of rooms) {
    const backend = preferred(room, backends)!
    counts.set(backend, counts.get(backend)! + 1)
  }
  for (const [backend, count] of counts) {
    assert.ok(count > 850 && count < 1_150, `${backend} has ${count} of 4000 rooms`)
  }
})

test('the place does not depend on the order in which backends are known', () => {
  for (const room of rooms.slice(0, 100)) {
    assert.equal(preferred(room, backends), preferred(room, [...backends].reverse()))
  }
})

test('when a backend goes, only its own rooms move, each to its second choice', () => {
  for (const room of rooms.slice(0, 500)) {
    const [first, second] = byPreference(room, backends)
    assert.equal(preferred(room, backends), first)
    const without = backends.filter((backend) => backend !== 'primary-1')
    assert.equal(preferred(room, without), first === 'primary-1' ? second : first)
  }
})
