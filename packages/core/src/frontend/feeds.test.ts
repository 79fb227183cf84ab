import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frontendTuning } from './frontend-io.ts'
import { fedEntries, fourBackends, Scene, summary } from './frontend-scene.test-suite.ts'
import { byPreference } from './rendezvous.ts'

const names = fourBackends.map((backend) => backend.name)
const [first, second] = byPreference('r1', names) as [string, string]

/** Alice follows r1, which has two entries; its feed is where rendezvous hashing puts it. */
function alice(): Scene {
  const scene = new Scene()
  scene.backendsUp()
  scene.wait(1_500)
  scene.forgetAll()
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  return scene
}

function feedFrames(scene: Scene, backend: string) {
  return scene
    .got(backend)
    .filter((frame) => (frame.t === 'feed' || frame.t === 'unfeed') && frame.room === 'r1')
}

function indexes(scene: Scene): readonly number[] {
  return scene.hearsOnly('s1', 'entries').flatMap((frame) => {
    return frame.room === 'r1' ? frame.entries.map((entry) => entry.index) : []
  })
}

test('a room is fed from the backend that rendezvous hashing prefers, behind the head', () => {
  const scene = alice()
  assert.equal(scene.feedOf('r1'), first)
  assert.deepEqual(feedFrames(scene, first), [{ t: 'feed', room: 'r1', from: 3 }])
})

test('a second follower of a room needs no second feed, the last to leave ends it', () => {
  const scene = alice()
  scene.forgetAll()
  scene.online('s2', { user: 'bob', rooms: [summary('r1', 2)] })
  assert.equal(scene.feedOf('r1'), undefined)
  scene.turn(() => scene.node.clientClosed(scene.now, 's1'))
  assert.deepEqual(feedFrames(scene, first), [])
  scene.turn(() => scene.node.clientClosed(scene.now, 's2'))
  assert.deepEqual(feedFrames(scene, first), [{ t: 'unfeed', room: 'r1' }])
  assert.equal(scene.node.figures().followers, 0)
})

test('[P3] repeats and overlaps are cut off, a hole is asked for again', () => {
  const scene = alice()
  scene.feeds(first, 'r1', 3, fedEntries(3, 5))
  scene.feeds(first, 'r1', 3, fedEntries(3, 4))
  scene.feeds(first, 'r1', 4, fedEntries(4, 7))
  assert.deepEqual(indexes(scene), [3, 4, 5, 6, 7])
  scene.forgetAll()
  scene.feeds(first, 'r1', 9, fedEntries(9, 9))
  scene.feeds(first, 'r1', 10, fedEntries(10, 10))
  assert.deepEqual(indexes(scene), [])
  assert.deepEqual(feedFrames(scene, first), [{ t: 'feed', room: 'r1', from: 8 }])
  scene.feeds(first, 'r1', 8, fedEntries(8, 10))
  assert.deepEqual(indexes(scene), [8, 9, 10])
})

test('[P3] when the backend of a feed dies, the second choice feeds from the next index on', () => {
  const scene = alice()
  scene.feeds(first, 'r1', 3, fedEntries(3, 5))
  scene.forgetAll()
  scene.crash(first)
  assert.deepEqual(feedFrames(scene, second), [{ t: 'feed', room: 'r1', from: 6 }])
  scene.feeds(second, 'r1', 6, fedEntries(6, 6))
  assert.deepEqual(indexes(scene), [6])
})

for (const [how, act] of [
  ['hangs', (scene: Scene) => scene.hush(first)],
  ['is about to stop', (scene: Scene) => scene.becomes(first, { isDraining: true })],
  ['is cut off from the log', (scene: Scene) => scene.becomes(first, { canAppend: false })],
] as const) {
  test(`[P9] when the backend of a feed ${how}, another feeds`, () => {
    const scene = alice()
    scene.feeds(first, 'r1', 3, fedEntries(3, 3))
    scene.forgetAll()
    act(scene)
    scene.wait(frontendTuning.backendSilenceMsMax + 100)
    assert.deepEqual(feedFrames(scene, second), [{ t: 'feed', room: 'r1', from: 4 }])
    assert.ok(feedFrames(scene, first).some((frame) => frame.t === 'unfeed'))
  })
}

test('[P9] while no backend can append, feeds stay where they are', () => {
  const scene = alice()
  scene.forgetAll()
  for (const name of names) scene.becomes(name, { canAppend: false })
  scene.wait(2_000)
  const moved = names.filter((name) => name !== first).flatMap((name) => feedFrames(scene, name))
  assert.ok(moved.length <= 3, 'at most on while one after the other goes')
  scene.forgetAll()
  scene.wait(5_000)
  assert.deepEqual(
    names.flatMap((name) => feedFrames(scene, name)),
    [],
  )
})

test('a feed returns to the preferred backend once that has been back for a while', () => {
  const scene = alice()
  scene.crash(first)
  scene.backendsUp(first)
  scene.forgetAll()
  scene.wait(900)
  assert.deepEqual(feedFrames(scene, first), [])
  scene.wait(300)
  assert.deepEqual(feedFrames(scene, second), [{ t: 'unfeed', room: 'r1' }])
  assert.deepEqual(feedFrames(scene, first), [{ t: 'feed', room: 'r1', from: 3 }])
  scene.feeds(second, 'r1', 3, fedEntries(3, 4))
  scene.feeds(first, 'r1', 3, fedEntries(3, 5))
  assert.deepEqual(indexes(scene), [3, 4, 5], '[P3] both may speak, nobody hears it twice')
})

test('feeds that return move a few at a time', () => {
  const rooms = Array.from({ length: 400 }, (_, at) => summary(`room-${at}`, 0))
  const scene = new Scene()
  scene.backendsUp('primary-1')
  scene.online('s1', { user: 'alice', rooms })
  scene.backendsUp('primary-2')
  scene.wait(900)
  scene.forgetAll()
  scene.wait(100)
  const tick = () => scene.got('primary-2').filter((frame) => frame.t === 'feed').length
  assert.ok(tick() <= 2 * 64)
  scene.wait(50)
  assert.ok(tick() <= 64)
  scene.wait(500)
  const feeds = scene.node.figures().backends.map((backend) => backend.feeds)
  assert.ok(feeds[0]! > 150 && feeds[1]! > 150, `both feed: ${feeds.join()}`)
})

test('a room that a backend does not know yet is asked for elsewhere, after a moment', () => {
  const scene = alice()
  scene.forgetAll()
  scene.backendSays(first, { t: 'no-feed', room: 'r1' })
  assert.deepEqual(feedFrames(scene, second), [])
  scene.wait(100)
  assert.deepEqual(feedFrames(scene, second), [{ t: 'feed', room: 'r1', from: 3 }])
})

test('without any backend a feed waits for the first to come', () => {
  const scene = alice()
  for (const name of names) scene.crash(name)
  scene.forgetAll()
  scene.backendsUp('secondary-2')
  assert.deepEqual(feedFrames(scene, 'secondary-2'), [{ t: 'feed', room: 'r1', from: 3 }])
})
