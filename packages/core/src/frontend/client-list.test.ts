import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scene, summary } from './frontend-scene.test-suite.ts'

function lists(scene: Scene, backend: string) {
  return scene.got(backend).filter((frame) => frame.t === 'clients')
}

const alice = { session: 's1', user: 'alice', name: 'ALICE', rooms: ['r1'] }

function online(): Scene {
  const scene = new Scene()
  scene.backendsUp('primary-1', 'primary-2')
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  return scene
}

test('a link starts with hello and the whole list', () => {
  const scene = online()
  scene.forgetAll()
  scene.backendsUp('secondary-1')
  assert.deepEqual(scene.got('secondary-1'), [
    { t: 'hello', version: 1, frontend: 'frontend-1', incarnation: 'inc-1', address: 'ws://one' },
    { t: 'clients', all: true, added: [alice], removed: [] },
  ])
})

test('every backend with a link hears who came and who left', () => {
  const scene = online()
  scene.wait(100)
  for (const backend of ['primary-1', 'primary-2']) {
    assert.deepEqual(lists(scene, backend).at(-1), {
      t: 'clients',
      all: false,
      added: [alice],
      removed: [],
    })
  }
  scene.turn(() => scene.node.clientClosed(scene.now, 's1'))
  scene.wait(100)
  for (const backend of ['primary-1', 'primary-2']) {
    assert.deepEqual(lists(scene, backend), [
      { t: 'clients', all: false, added: [], removed: ['s1'] },
    ])
  }
  assert.deepEqual(lists(scene, 'secondary-1'), [])
})

test('a change of rooms is told as the client added once more', () => {
  const scene = online()
  scene.wait(100)
  scene.forgetAll()
  const follow = { json: '{"index":2}', follow: { room: 'r2', from: 1 } }
  for (const backend of ['primary-1', 'primary-2']) scene.feeds(backend, 'alice', 2, [follow])
  scene.wait(100)
  const added = [{ ...alice, rooms: ['r1', 'r2'] }]
  assert.deepEqual(lists(scene, 'primary-1'), [{ t: 'clients', all: false, added, removed: [] }])
})

test('[P7] many changes leave together, and a long list in pieces', () => {
  const scene = new Scene({ tuning: { framesPerSecond: 1e6, framesBurst: 1e6 } })
  scene.backendsUp('primary-1')
  scene.wait(100)
  for (let at = 0; at < 2_500; at += 1) scene.online(`s${at}`, { user: `u${at}` })
  const soon = lists(scene, 'primary-1')
  assert.ok(soon.length <= 2)
  scene.wait(100)
  scene.backendsUp('primary-2')
  assert.deepEqual(
    lists(scene, 'primary-2').map(({ all, added }) => [all, added.length]),
    [
      [true, 1_000],
      [false, 1_000],
      [false, 500],
    ],
  )
  assert.equal(scene.node.figures().clients, 2_500)
})
