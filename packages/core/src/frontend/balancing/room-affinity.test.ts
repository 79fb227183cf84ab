import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Candidate } from './policy.ts'
import { roomAffinity } from './room-affinity.ts'

const policy = roomAffinity()
const chance = () => 0

function candidate(name: string, inFlight = 0): Candidate {
  return { name, rank: 'primary', clients: 0, inFlight, inFlightMax: 10, latencyMs: 1 }
}

test('a request about a room goes to the backend that feeds it', () => {
  const request = { room: 'r1', own: 'a', feed: 'b' }
  const expected = { backend: 'b', reason: 'feed' }
  assert.deepEqual(policy.choose([candidate('a'), candidate('b')], request, chance), expected)
})

test('a full one is passed over while another has room', () => {
  const request = { room: 'r1', own: 'a', feed: 'b' }
  const expected = { backend: 'a', reason: 'feed: passed over, full' }
  assert.deepEqual(policy.choose([candidate('a'), candidate('b', 10)], request, chance), expected)
})

test('a request about no room, or one that nobody feeds, goes to the own backend', () => {
  const active = [candidate('a'), candidate('b')]
  const expected = { backend: 'b', reason: 'own' }
  assert.deepEqual(policy.choose(active, { own: 'b' }, chance), expected)
  assert.deepEqual(policy.choose(active, { own: 'b', room: 'r1', feed: 'c' }, chance), expected)
})
