import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Candidate } from './policy.ts'
import { sizeAndClients } from './size-and-clients.ts'

const policy = sizeAndClients(7)
const chance = () => 0

function candidate(name: string, more: Partial<Candidate> = {}): Candidate {
  const rank = name.startsWith('primary') ? 'primary' : 'secondary'
  return { name, rank, clients: 0, inFlight: 0, inFlightMax: 10, latencyMs: 1, ...more }
}

const all = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2'].map((name) => candidate(name))
const full = { inFlight: 10 }

test('a message longer than seven characters goes to primary 1', () => {
  const request = { characters: 8, own: 'secondary-2' }
  const expected = { backend: 'primary-1', reason: 'long-message' }
  assert.deepEqual(policy.choose(all, request, chance), expected)
})

test('a message of seven characters goes to the own backend', () => {
  const request = { characters: 7, own: 'secondary-2' }
  const expected = { backend: 'secondary-2', reason: 'own' }
  assert.deepEqual(policy.choose(all, request, chance), expected)
})

test('when primary 1 is not running, a long message goes to primary 2', () => {
  const request = { characters: 8, own: 'secondary-2' }
  const expected = { backend: 'primary-2', reason: 'long-message' }
  assert.deepEqual(policy.choose(all.slice(1), request, chance), expected)
})

test('when no primary is running, a long message goes to the first secondary', () => {
  const request = { characters: 8, own: 'secondary-2' }
  const expected = { backend: 'secondary-1', reason: 'long-message' }
  assert.deepEqual(policy.choose(all.slice(2), request, chance), expected)
})

test('primaries come before secondaries in whatever order they are listed', () => {
  const request = { characters: 8 }
  const backwards = [...all].reverse()
  assert.equal(policy.choose(backwards, request, chance)?.backend, 'primary-2')
})

test('a long message passes over a full primary 1 while another has room', () => {
  const active = [candidate('primary-1', full), ...all.slice(1)]
  const expected = { backend: 'primary-2', reason: 'long-message: passed over, full' }
  assert.deepEqual(policy.choose(active, { characters: 8 }, chance), expected)
})

test('a long message stays with primary 1 when all are full', () => {
  const active = all.map((one) => ({ ...one, ...full }))
  const expected = { backend: 'primary-1', reason: 'long-message' }
  assert.deepEqual(policy.choose(active, { characters: 8 }, chance), expected)
})

test('a request that is no message goes to the own backend', () => {
  const expected = { backend: 'primary-2', reason: 'own' }
  assert.deepEqual(policy.choose(all, { own: 'primary-2', room: 'r1' }, chance), expected)
})

test('a full own backend is passed over while another has room, and kept when none has', () => {
  const active = [all[0]!, candidate('primary-2', full), candidate('secondary-1', { clients: 3 })]
  const elsewhere = { backend: 'primary-1', reason: 'own: passed over, full' }
  assert.deepEqual(policy.choose(active, { own: 'primary-2' }, chance), elsewhere)
  const allFull = active.map((one) => ({ ...one, ...full }))
  const stays = { backend: 'primary-2', reason: 'own' }
  assert.deepEqual(policy.choose(allFull, { own: 'primary-2' }, chance), stays)
})

test('when the own backend is gone, the one with the fewest clients takes over', () => {
  const active = [candidate('primary-1', { clients: 2 }), candidate('secondary-1', { clients: 1 })]
  const expected = { backend: 'secondary-1', reason: 'own: gone' }
  assert.deepEqual(policy.choose(active, { own: 'primary-2' }, chance), expected)
})

test('a client gets at connect the active backend with the fewest clients, ties by order', () => {
  const clients = [4, 2, 3, 2]
  const active = all.map((one, at) => ({ ...one, clients: clients[at]! }))
  const expected = { backend: 'primary-2', reason: 'fewest-clients' }
  assert.deepEqual(policy.home(active, chance), expected)
})

test('when none is active, nobody is chosen', () => {
  assert.equal(policy.choose([], { characters: 8 }, chance), undefined)
  assert.equal(policy.choose([], { own: 'primary-1' }, chance), undefined)
  assert.equal(policy.home([], chance), undefined)
})
