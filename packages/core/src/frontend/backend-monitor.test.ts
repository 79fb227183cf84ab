import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthy, Scene } from './frontend-scene.test-suite.ts'

test('a backend is active once its link is open and it has sent health', () => {
  const scene = new Scene()
  assert.equal(scene.statuses()['primary-1'], 'down')
  scene.linkOpens('primary-1')
  assert.equal(scene.statuses()['primary-1'], 'silent')
  scene.becomes('primary-1', {})
  assert.equal(scene.statuses()['primary-1'], 'active')
})

test('[P9] a backend that hangs is silent after 800 ms, and active again with fresh health', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.wait(500)
  scene.hush('primary-1')
  scene.wait(800)
  assert.equal(scene.statuses()['primary-1'], 'active')
  scene.wait(100)
  assert.equal(scene.statuses()['primary-1'], 'silent')
  assert.match(scene.node.figures().backends[0]!.why, /^no health for \d+ ms$/)
  scene.backendSays('primary-1', { t: 'no-feed', room: 'r1' })
  scene.wait(50)
  assert.equal(scene.statuses()['primary-1'], 'silent', 'old frames do not make it well')
  scene.backendSays('primary-1', { t: 'health', health: healthy })
  assert.equal(scene.statuses()['primary-1'], 'active')
})

test('time in which this front-end was itself held up is no silence of the backends', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.wait(500)
  scene.stall(5_000)
  assert.deepEqual(Object.values(scene.statuses()), Array(4).fill('active'))
  scene.stall(300)
  scene.stall(300)
  assert.deepEqual(Object.values(scene.statuses()), Array(4).fill('active'))
})

test('a backend that cannot reach the log is cut off, one that is about to stop drains', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.becomes('primary-1', { canAppend: false, why: 'disk full' })
  scene.becomes('primary-2', { isDraining: true })
  const [first, second] = scene.node.figures().backends
  assert.deepEqual([first?.status, first?.why], ['cut-off', 'cannot append: disk full'])
  assert.deepEqual([second?.status, second?.why], ['draining', 'is about to stop'])
})

test('a backend of another link version or another name is not used', () => {
  const scene = new Scene()
  for (const [at, hello] of [
    { t: 'hello', version: 99, backend: 'primary-1', rank: 'primary' } as const,
    { t: 'hello', version: 1, backend: 'primary-2', rank: 'primary' } as const,
  ].entries()) {
    scene.turn(() => scene.node.linkOpened(scene.now, 'primary-1'))
    scene.backendSays('primary-1', hello)
    scene.backendSays('primary-1', { t: 'health', health: healthy })
    const [backend] = scene.node.figures().backends
    assert.equal(backend?.status, 'down')
    assert.match(backend?.why ?? '', at === 0 ? /link version 99/ : /calls itself primary-2/)
  }
})

test('a link that closed says nothing any more, and a server not configured is ignored', () => {
  const scene = new Scene()
  scene.backendsUp('primary-1')
  scene.crash('primary-1')
  scene.backendSays('primary-1', { t: 'health', health: healthy })
  assert.equal(scene.statuses()['primary-1'], 'down')
  scene.turn(() => scene.node.linkOpened(scene.now, 'stranger'))
  scene.backendSays('stranger', { t: 'health', health: healthy })
  scene.turn(() => scene.node.linkClosed(scene.now, 'stranger'))
  assert.deepEqual(Object.keys(scene.statuses()), [
    'primary-1',
    'primary-2',
    'secondary-1',
    'secondary-2',
  ])
})
