import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientScene } from './client-scene.test-suite.ts'
import {
  type ConnectionEvent,
  type ConnectionStateKind,
  connectionTable,
} from './connection-table.ts'
import { LittleServer } from './little-server.test-suite.ts'

const withSocket: readonly ConnectionStateKind[] = ['connecting', 'greeting', 'online']
const three = { addresses: ['ws://a', 'ws://b', 'ws://c'] }

test('in every state every event leaves a socket exactly where one belongs', () => {
  for (const [from, events] of Object.entries(connectionTable)) {
    for (const [event, transition] of Object.entries(events)) {
      if (transition === undefined) continue
      const { to, acts } = transition
      const what = `${from} on ${event}`
      const had = withSocket.includes(from as ConnectionStateKind)
      assert.equal(acts.includes('dial'), to === 'connecting', `${what}: dials to connect`)
      assert.equal(acts.includes('back-off'), to === 'waiting', `${what}: backs off to wait`)
      if (had && !(['opened', 'welcomed', 'lost'] as ConnectionEvent[]).includes(event as never)) {
        assert.equal(acts[0], 'hang-up', `${what}: hangs up first`)
      }
      if (!had) assert.ok(!acts.includes('hang-up'), `${what}: has nothing to hang up`)
    }
  }
})

test('stop ends every state, and nothing leads out of closed', () => {
  for (const [from, events] of Object.entries(connectionTable)) {
    if (from !== 'closed') assert.equal(events.stop?.to, 'closed', from)
  }
  for (const transition of Object.values(connectionTable.closed)) {
    assert.equal(transition, undefined)
  }
})

test('all addresses are tried before the wait doubles, and the wait has an end', () => {
  const scene = new ClientScene({ options: three })
  for (const address of three.addresses) scene.unreachable.add(address)
  scene.start().wait(500)
  assert.deepEqual(scene.dialled.slice(0, 4), ['ws://a', 'ws://b', 'ws://c', 'ws://a'])
  scene.wait(300_000)
  const before = scene.dialled.length
  scene.wait(1_200_000)
  const perMinute = (scene.dialled.length - before) / 20
  assert.ok(perMinute >= 4.5 && perMinute <= 8, `${perMinute} attempts a minute`)
})

test('when its front-end is gone the next address is tried within 200 ms', () => {
  const scene = new ClientScene({ options: three }).start()
  scene.wait(10_000).unreachable.add('ws://a')
  scene.cut().wait(200)
  assert.equal(scene.node.connection.kind, 'online')
  assert.deepEqual(scene.dialled, ['ws://a', 'ws://b'])
})

test('[P9] a draining front-end is left for another at a random moment within the time', () => {
  const moments = [1, 2, 3, 4].map((seed) => {
    const scene = new ClientScene({ options: three, seed }).start()
    const drain = { t: 'drain', frontends: ['ws://c'], withinMs: 2_000 } as const
    scene.server.say(scene.session!, drain)
    scene.settle()
    const beganMs = scene.ms
    while (scene.dialled.length < 2 && scene.ms < beganMs + 2_500) scene.wait(50)
    assert.equal(scene.dialled[1], 'ws://c')
    assert.equal(scene.node.connection.kind, 'online')
    return scene.ms - beganMs
  })
  assert.ok(moments.every((ms) => ms <= 2_000))
  assert.ok(new Set(moments).size > 2, `all at ${moments}`)
})

test('the range of a close code says what to do, also for codes never seen', () => {
  const after = (code: number) => new ClientScene().start().cut(code).node.connection
  assert.equal(after(1006).kind, 'waiting')
  assert.equal(after(4050).kind, 'waiting')
  assert.equal(after(4150).kind, 'waiting')
  const login = after(4299)
  assert.deepEqual([login.kind, login.kind === 'refused' && login.retry], ['refused', 'login'])
  const away = after(4999)
  assert.deepEqual([away.kind, away.kind === 'refused' && away.retry], ['refused', 'never'])
})

test('a refused identity waits for the person; another one comes in at once', () => {
  const server = new LittleServer()
  server.guest('ada')
  const scene = new ClientScene({ server }).start()
  const { connection } = scene.node
  assert.ok(connection.kind === 'refused' && connection.code === 'name-taken')
  scene.wait(60_000)
  assert.equal(scene.dialled.length, 1)
  const token = 'another-token-'.padEnd(43, 'x')
  scene.node.login(scene.now, { kind: 'guest', name: 'eve', token })
  scene.settle()
  assert.equal(scene.node.me?.name, 'eve')
})

test('after the first welcome the token alone is said', () => {
  const scene = new ClientScene().start()
  scene.cut().wait(1_000)
  const hellos = scene.sent.flatMap((frame) => (frame.t === 'hello' ? [frame.auth.kind] : []))
  assert.deepEqual(hellos, ['guest', 'token'])
})

test('a front-end that hangs is left soon when something waits, later when nothing does', () => {
  const hang = (waits: boolean) => {
    const scene = new ClientScene({ options: three }).start()
    scene.wait(10_000)
    scene.holds = () => true
    if (waits) scene.node.ask(scene.now, { t: 'devices' })
    const beganMs = scene.ms
    while (scene.dialled.length < 2 && scene.ms < beganMs + 60_000) scene.wait(50)
    return scene.ms - beganMs
  }
  const busy = hang(true)
  assert.ok(busy >= 4_000 && busy <= 4_600, `busy: ${busy} ms`)
  const idle = hang(false)
  assert.ok(idle >= 10_000 && idle <= 20_500, `idle: ${idle} ms`)
})

test('a slow answer alone is no reason to leave a front-end that answers pings', () => {
  const scene = new ClientScene({ options: three }).start()
  scene.holds = (frame) => frame.t === 'answer'
  scene.node.ask(scene.now, { t: 'devices' })
  scene.wait(30_000)
  assert.equal(scene.dialled.length, 1)
})

test('a client that was stopped itself does not take the server for dead', () => {
  const scene = new ClientScene({ options: three }).start()
  scene.node.ask(scene.now, { t: 'devices' })
  scene.ms += 120_000
  scene.node.tick(scene.now)
  scene.settle().wait(1_000)
  assert.equal(scene.dialled.length, 1)
})

test('an encrypted server cannot lead to an address without encryption', () => {
  const server = new LittleServer()
  server.addresses = ['wss://a', 'ws://evil', 'wss://b']
  const scene = new ClientScene({ server, options: { addresses: ['wss://a'] } }).start()
  scene.unreachable.add('wss://a')
  scene.unreachable.add('wss://b')
  scene.cut().wait(30_000)
  assert.deepEqual(new Set(scene.dialled), new Set(['wss://a', 'wss://b']))
})
