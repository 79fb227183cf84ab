import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FedEntry } from '../link/down.ts'
import type { FrontendOutput } from './frontend-io.ts'
import { fedEntries, Scene, summary } from './frontend-scene.test-suite.ts'

/** One backend, so that every feed comes from it. */
function people(...users: readonly string[]): Scene {
  const scene = new Scene({ backends: [{ name: 'primary-1', rank: 'primary' }] })
  scene.backendsUp('primary-1')
  for (const [at, user] of users.entries()) {
    scene.online(`s${at + 1}`, { user, rooms: [summary('r1', 2)] })
  }
  scene.wait(100)
  scene.forgetAll()
  for (const at of users.keys()) scene.hears(`s${at + 1}`)
  return scene
}

function feed(scene: Scene, room: string, from: number, ...entries: readonly FedEntry[]): void {
  scene.feeds('primary-1', room, from, entries)
}

function indexes(scene: Scene, session: string, room = 'r1'): readonly number[] {
  const frames = scene.hearsOnly(session, 'entries').filter((frame) => frame.room === room)
  return frames.flatMap((frame) => frame.entries.map((entry) => entry.index))
}

function entry(index: number, more: Partial<FedEntry> = {}): FedEntry {
  return { json: `{"index":${index}}`, ...more }
}

test('the entries of a turn leave as one text for all followers of the room', () => {
  const scene = people('alice', 'bob')
  const { node, now } = scene
  node.linkFrame(now, 'primary-1', { t: 'entries', room: 'r1', from: 3, entries: [entry(3)] })
  node.linkFrame(now, 'primary-1', { t: 'entries', room: 'r1', from: 4, entries: [entry(4)] })
  assert.deepEqual(node.drain(now), [
    {
      kind: 'text',
      sessions: ['s1', 's2'],
      text: '{"t":"entries","room":"r1","from":3,"entries":[{"index":3},{"index":4}]}',
    },
  ] satisfies FrontendOutput[])
  assert.equal(node.figures().entriesOutTotal, 4)
})

test('the same list of receivers is put out until somebody comes, goes or is blocked', () => {
  const scene = people('alice', 'bob', 'eve')
  const { node } = scene
  const receivers = (index: number) => {
    const frame = { t: 'entries', room: 'r1', from: index, entries: [entry(index)] } as const
    node.linkFrame(scene.now, 'primary-1', frame)
    const texts = node.drain(scene.now).filter((output) => output.kind === 'text')
    return texts[0]?.sessions ?? []
  }
  const first = receivers(3)
  assert.deepEqual(first, ['s1', 's2', 's3'])
  assert.equal(receivers(4), first, 'nothing is made anew on the steady path')
  node.clientBlocked(scene.now, 's2')
  assert.deepEqual(receivers(5), ['s1', 's3'])
  assert.deepEqual(first, ['s1', 's2', 's3'], 'a list that was put out is never changed')
  node.clientClosed(scene.now, 's1')
  assert.deepEqual(receivers(6), ['s3'])
})

test('who is gone gets the entry that says so as their last', () => {
  const scene = people('alice', 'bob')
  feed(scene, 'r1', 3, entry(3), entry(4, { gone: 'bob' }), entry(5))
  assert.deepEqual(indexes(scene, 's1'), [3, 4, 5])
  assert.deepEqual(indexes(scene, 's2'), [3, 4])
  scene.says('s2', { t: 'follow', room: 'r1', after: 2 })
  assert.equal(scene.hearsOnly('s2', 'error')[0]?.code, 'not-member')
})

test('an entry that says who is gone counts only behind what is known already', () => {
  const scene = people('alice')
  scene.online('s9', { user: 'bob', rooms: [summary('r1', 5)], resume: { r1: 2 } })
  feed(scene, 'r1', 3, entry(3, { gone: 'bob' }), entry(4), entry(5), entry(6))
  assert.deepEqual(indexes(scene, 's9'), [3, 4, 5, 6], 'they came back before 5')
})

test('an entry of the self room makes all sessions of its person follow a room', () => {
  const scene = people('alice', 'alice', 'bob')
  feed(scene, 'alice', 2, entry(2, { follow: { room: 'r2', from: 7 } }))
  assert.equal(scene.feedOf('r2'), 'primary-1')
  feed(scene, 'r2', 7, ...fedEntries(7, 8))
  assert.deepEqual(indexes(scene, 's1', 'r2'), [7, 8])
  assert.deepEqual(indexes(scene, 's2', 'r2'), [7, 8])
  assert.deepEqual(indexes(scene, 's3', 'r2'), [])
})

test('an entry of the self room makes them follow no longer', () => {
  const scene = people('alice', 'bob')
  feed(scene, 'alice', 2, entry(2, { unfollow: 'r1' }))
  feed(scene, 'r1', 3, entry(3))
  assert.deepEqual(indexes(scene, 's1'), [])
  assert.deepEqual(indexes(scene, 's2'), [3])
})

test('leaving and coming back at once: the new place counts, not the old entries', () => {
  const scene = people('alice', 'bob')
  const back = { room: 'r1', from: 5 }
  feed(scene, 'bob', 2, entry(2, { unfollow: 'r1' }), entry(3, { follow: back }))
  feed(scene, 'r1', 3, entry(3), entry(4, { gone: 'bob' }), entry(5), entry(6))
  assert.deepEqual(indexes(scene, 's1'), [3, 4, 5, 6])
  assert.deepEqual(indexes(scene, 's2'), [5, 6])
})

test('effects that the welcome already told of are not taken again', () => {
  const scene = new Scene({ backends: [{ name: 'primary-1', rank: 'primary' }] })
  scene.backendsUp('primary-1')
  scene.online('s1', {
    user: 'alice',
    rooms: [summary('r1', 8)],
    selfHead: 4,
    resume: { alice: 1, r1: 8 },
  })
  const catchUp = scene.requests('primary-1').find((r) => r.body.kind === 'catch-up')
  const old = { room: 'r1', from: 3 }
  scene.answers('primary-1', catchUp, {
    kind: 'catch-up',
    from: 2,
    entries: [entry(2, { unfollow: 'r1' }), entry(3, { follow: old }), entry(4)],
    head: 4,
  })
  scene.hears('s1')
  feed(scene, 'r1', 9, entry(9))
  assert.deepEqual(indexes(scene, 's1'), [9])
})

test('a device that was revoked and logged in again may read of its old end', () => {
  const scene = new Scene({ backends: [{ name: 'primary-1', rank: 'primary' }] })
  scene.backendsUp('primary-1')
  scene.online('s1', { user: 'alice', device: 'd1', selfHead: 4, resume: { alice: 1 } })
  const catchUp = scene.requests('primary-1').find((r) => r.body.kind === 'catch-up')
  const entries = [entry(2, { revoked: 'd1' }), entry(3), entry(4)]
  scene.answers('primary-1', catchUp, { kind: 'catch-up', from: 2, entries, head: 4 })
  assert.deepEqual(indexes(scene, 's1', 'alice'), [2, 3, 4])
  assert.equal(scene.closedFor('s1'), undefined)
})

test('when a device is revoked, its sessions hear it and are closed as logged out', () => {
  const scene = people('alice', 'alice')
  feed(scene, 'alice', 2, entry(2, { revoked: 'd-s1' }), entry(3))
  assert.deepEqual(indexes(scene, 's1', 'alice'), [2])
  assert.equal(scene.closedFor('s1'), 'logged-out')
  assert.deepEqual(indexes(scene, 's2', 'alice'), [2, 3])
  assert.equal(scene.closedFor('s2'), undefined)
})

test('a client may name its place in its rooms, and in no other', () => {
  const scene = people('alice')
  feed(scene, 'r1', 3, ...fedEntries(3, 6))
  scene.hears('s1')
  scene.says('s1', { t: 'follow', room: 'r1', after: 4 })
  const [request] = scene.requests('primary-1')
  assert.deepEqual(request?.body, {
    kind: 'catch-up',
    by: 'alice',
    room: 'r1',
    after: 4,
    limit: 200,
  })
  const entries = fedEntries(5, 6)
  scene.answers('primary-1', request, { kind: 'catch-up', from: 5, entries, head: 6 })
  feed(scene, 'r1', 7, entry(7))
  assert.deepEqual(indexes(scene, 's1'), [5, 6, 7])
  scene.says('s1', { t: 'follow', room: 'r2', after: 0 })
  assert.equal(scene.hearsOnly('s1', 'error')[0]?.code, 'not-member')
})
