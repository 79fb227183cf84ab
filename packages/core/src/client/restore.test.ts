import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboxItem } from './client-io.ts'
import { ClientScene, inRoom } from './client-scene.test-suite.ts'
import { LittleServer } from './little-server.test-suite.ts'
import { restoredFrom } from './restored.test-suite.ts'

function again(scene: ClientScene, server: LittleServer, name = 'ada'): ClientScene {
  return new ClientScene({
    server,
    name,
    seed: 7,
    options: { restored: restoredFrom(scene.outputs) },
  })
}

test('a client that starts offline shows its rooms, their newest entries and what waits', () => {
  const { ada, server, says } = inRoom()
  says('one')
  ada.settle()
  ada.passesUp = () => false
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'unsent' })
  ada.settle()
  const later = again(ada, server)
  later.unreachable.add('ws://a')
  later.start()
  assert.deepEqual(later.texts('r'), ['one'])
  assert.deepEqual(
    later.room('r').timeline.sends.map(({ state, text }) => [state, text]),
    [['pending', 'unsent']],
  )
  assert.equal(later.node.snapshot().me?.name, 'ada')
})

test('[P2] [P5] a restart sends what waited under its number and reads only what is new', () => {
  const { ada, server, bob, says } = inRoom()
  says('one')
  ada.settle()
  ada.passesDown = (frame) => frame.t !== 'ack'
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'sent, not acknowledged' })
  ada.settle()
  server.act(bob, 'r', { kind: 'edit', target: 3, text: 'uno' })
  const later = again(ada, server).start()
  assert.equal(later.node.snapshot().waiting, 0)
  assert.deepEqual(later.texts('r'), ['uno', 'sent, not acknowledged'])
  assert.deepEqual(later.entriesSeen('r'), [5])
  const next = later.node.compose(later.now, 'r', { kind: 'post', text: 'next' })
  assert.equal(next.number, 3)
})

test('an outbox that another run left is emptied beside the own one', () => {
  const { ada, server } = inRoom()
  const left = [1, 2].map((number): OutboxItem => {
    const op = { kind: 'post', text: `left ${number}` } as const
    return { room: 'r', outbox: 'other', number, op, composedAt: number }
  })
  ada.node.adopt(ada.now, left)
  ada.settle()
  assert.deepEqual(ada.texts('r'), ['left 1', 'left 2'])
  const own = ada.node.compose(ada.now, 'r', { kind: 'post', text: 'own' })
  assert.notEqual(own.outbox, 'other')
  assert.equal(server.store.outbox('r', 'other')?.last, 2)
})

test("nothing that one wrote goes out in another's name", () => {
  const { ada, server } = inRoom()
  ada.cut()
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'from ada' })
  ada.node.compose(ada.now, 'r', { kind: 'topic', topic: 'from ada' })
  ada.outputs.push(...ada.node.drain(ada.now))
  const eve = again(ada, server, 'eve').start()
  eve.node.compose(eve.now, 'r', { kind: 'join' })
  eve.settle()
  assert.deepEqual(eve.texts('r'), [])
  const [kept, ...more] = eve.room('r').timeline.sends
  assert.deepEqual([kept?.state, kept?.text, more.length], ['failed', 'from ada', 0])
  assert.notEqual(kept?.item.outbox, eve.node.compose(eve.now, 'r', { kind: 'leave' }).outbox)
})

test('a server that was set up anew gets what waits under a new outbox, each message once', () => {
  const { ada, says } = inRoom()
  says('old')
  for (const text of ['a', 'b']) ada.node.compose(ada.now, 'r', { kind: 'post', text })
  ada.settle().cut()
  const fresh = new LittleServer()
  const bob = fresh.guest('bob')
  fresh.act(bob, 'r', { kind: 'create', room: 'public', name: 'general' })
  fresh.at = 1_000_000
  // The same person: the token makes the id.
  const hello = new ClientScene({ server: fresh }).start()
  hello.node.compose(hello.now, 'r', { kind: 'join' })
  hello.settle()
  const later = again(ada, fresh)
  for (const text of ['c', 'd']) later.node.compose(later.now, 'r', { kind: 'post', text })
  later.start().wait(20_000)
  assert.equal(later.node.snapshot().waiting, 0)
  fresh.act(bob, 'r', { kind: 'post', text: 'new' })
  later.settle().wait(1_000)
  assert.deepEqual(later.texts('r'), ['c', 'd', 'new'])
})
