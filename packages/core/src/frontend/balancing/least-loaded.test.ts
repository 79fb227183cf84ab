import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leastLoaded } from './least-loaded.ts'
import type { Candidate } from './policy.ts'

const policy = leastLoaded()

function candidate(name: string, inFlight: number, latencyMs = 1): Candidate {
  return { name, rank: 'primary', clients: 0, inFlight, inFlightMax: 100, latencyMs }
}

function drawing(...draws: number[]): () => number {
  let at = 0
  return () => draws[at++ % draws.length]!
}

test('of the two drawn, the one with fewer requests in flight is chosen', () => {
  const active = [candidate('a', 9), candidate('b', 5), candidate('c', 0)]
  const expected = { backend: 'b', reason: 'two-choices' }
  assert.deepEqual(policy.choose(active, {}, drawing(0, 0)), expected)
})

test('a slow backend counts as more loaded', () => {
  const active = [candidate('a', 1, 50), candidate('b', 5, 2)]
  assert.equal(policy.choose(active, {}, drawing(0, 0))?.backend, 'b')
})

test('the two drawn are never the same one', () => {
  const active = [candidate('a', 9), candidate('b', 0)]
  for (const first of [0, 0.49, 0.51, 0.999]) {
    for (const second of [0, 0.5, 0.999]) {
      assert.equal(policy.choose(active, {}, drawing(first, second))?.backend, 'b')
    }
  }
})

test('a full one is passed over while another has room', () => {
  const active = [candidate('a', 100, 0.001), candidate('b', 50, 100)]
  assert.equal(policy.choose(active, {}, drawing(0, 0))?.backend, 'b')
})

test('one is enough, none is nobody', () => {
  assert.equal(policy.choose([candidate('a', 1)], {}, drawing(0.9))?.backend, 'a')
  assert.equal(policy.choose([], {}, drawing(0)), undefined)
})
