import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scene, summary, token } from './frontend-scene.test-suite.ts'

function draining(): Scene {
  const scene = new Scene()
  scene.backendsUp()
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  scene.hears('s1')
  scene.turn(() => scene.node.beginDrain(scene.now))
  return scene
}

test('[P9] clients are told where else to go and how long they may take', () => {
  const scene = draining()
  assert.deepEqual(scene.hears('s1'), [{ t: 'drain', frontends: ['ws://two'], withinMs: 2_000 }])
  assert.equal(scene.closedFor('s1'), undefined)
})

test('who says hello meanwhile is sent on at once', () => {
  const scene = draining()
  scene.connect('s2')
  scene.says('s2', { t: 'hello', protocol: 1, auth: { kind: 'token', token: token('bob') } })
  assert.deepEqual(scene.hears('s2'), [{ t: 'drain', frontends: ['ws://two'], withinMs: 2_000 }])
  assert.equal(scene.closedFor('s2'), 'drain')
})

test('it is drained when the last client has gone by itself', () => {
  const scene = draining()
  scene.wait(500)
  assert.equal(scene.isDrained, false)
  scene.turn(() => scene.node.clientClosed(scene.now, 's1'))
  scene.wait(50)
  assert.equal(scene.isDrained, true)
  assert.equal(scene.closedFor('s1'), undefined)
})

test('who stays is closed when the time is up', () => {
  const scene = draining()
  scene.wait(1_900)
  assert.equal(scene.closedFor('s1'), undefined)
  scene.wait(200)
  assert.equal(scene.closedFor('s1'), 'drain')
  assert.equal(scene.isDrained, true)
})

test('[P9] who waits for an answer gets it first, but not for ever', () => {
  const scene = draining()
  const op = { kind: 'post', text: 'hi' } as const
  scene.says('s1', { t: 'send', room: 'r1', outbox: 'o1', number: 1, op })
  const send = scene.requests('primary-1').at(-1)
  scene.wait(1_000)
  scene.wait(1_200)
  assert.equal(scene.closedFor('s1'), undefined)
  scene.answers('primary-1', send, { kind: 'sent', index: 3, at: 1 })
  scene.wait(100)
  assert.equal(scene.hearsOnly('s1', 'ack').length, 1)
  assert.equal(scene.closedFor('s1'), 'drain')

  const never = draining()
  never.says('s1', { t: 'send', room: 'r1', outbox: 'o1', number: 1, op })
  never.wait(7_100)
  assert.equal(never.isDrained, true)
})
