import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import { Scene, summary, token } from './frontend-scene.test-suite.ts'

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

test('hello with a name becomes a guest whose ids follow from the token', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.connect('s1')
  const secret = token('alice')
  scene.says('s1', {
    t: 'hello',
    protocol: 1,
    auth: { kind: 'guest', name: 'alice', token: secret },
  })
  const [request] = scene.requests('primary-1')
  assert.deepEqual(request?.body, {
    kind: 'guest',
    user: `u${hash(`user:${secret}`).slice(0, 22)}`,
    name: 'alice',
    device: hash(secret),
  })
})

test('the token itself goes to no backend', () => {
  const scene = new Scene()
  scene.backendsUp()
  for (const [session, auth] of [
    ['s1', { kind: 'token', token: token('a') }],
    ['s2', { kind: 'login', name: 'bob', password: 'password', token: token('b') }],
    ['s3', { kind: 'register', name: 'eve', password: 'password', token: token('c') }],
  ] as const) {
    scene.connect(session)
    scene.says(session, { t: 'hello', protocol: 1, auth })
  }
  for (const backend of ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']) {
    assert.ok(!JSON.stringify(scene.got(backend)).includes('tttt'))
  }
})

test('welcome names the person, the rooms, the limits and all front-ends', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.online('s1', { user: 'alice', device: 'd1', rooms: [summary('r1', 4)] })
  const [welcome] = scene.hears('s1')
  assert.deepEqual(welcome, {
    t: 'welcome',
    protocol: 1,
    session: 's1',
    user: 'alice',
    name: 'ALICE',
    isGuest: false,
    device: 'd1',
    rooms: [summary('alice', 1, { kind: 'self' }), summary('r1', 4)],
    limits,
    position: 1,
    frontends: ['ws://one', 'ws://two'],
  })
})

test('[P8] a refused hello is said with its code, and hello may be said again', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.connect('s1')
  const auth = { kind: 'token', token: token('alice') } as const
  scene.says('s1', { t: 'hello', protocol: 1, auth })
  scene.answers('primary-1', scene.requests('primary-1')[0], {
    kind: 'refused',
    code: 'bad-token',
  })
  assert.deepEqual(scene.hears('s1'), [
    {
      t: 'error',
      code: 'bad-token',
      retry: 'login',
      say: 'This device is not logged in any more; log in again.',
    },
  ])
  scene.says('s1', { t: 'hello', protocol: 1, auth })
  assert.equal(scene.requests('primary-1').length, 1)
})

test('[P8] a second hello, another version and frames before hello are refused by code', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.online('s1', { user: 'alice' })
  scene.hears('s1')
  const auth = { kind: 'token', token: token('alice') } as const
  scene.says('s1', { t: 'hello', protocol: 1, auth })
  assert.deepEqual(
    scene.hearsOnly('s1', 'error').map((frame) => frame.code),
    ['already-greeted'],
  )
  scene.connect('s2')
  scene.says('s2', { t: 'devices', ask: 7 })
  const [refused] = scene.hearsOnly('s2', 'error')
  assert.deepEqual([refused?.code, refused?.ask], ['not-greeted', 7])
  scene.says('s2', { t: 'hello', protocol: 2, auth })
  assert.equal(scene.hearsOnly('s2', 'error')[0]?.code, 'protocol-version')
  assert.equal(scene.closedFor('s2'), 'protocol-version')
})

test('who never says hello, or says nothing any more, is closed as silent', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.connect('mute')
  scene.online('s1', { user: 'alice' })
  scene.wait(11_000)
  assert.equal(scene.closedFor('mute'), 'silent')
  scene.says('s1', { t: 'ping' })
  scene.wait(29_000)
  assert.equal(scene.closedFor('s1'), undefined)
  scene.wait(2_000)
  assert.equal(scene.closedFor('s1'), 'silent')
})

test('who says nothing but is alive stays, once it has said hello', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.online('s1', { user: 'alice' })
  scene.connect('mute')
  for (const session of ['s1', 'mute', 'gone']) {
    scene.turn(() => scene.node.clientAlive(scene.now, session))
  }
  for (let seconds = 0; seconds < 120; seconds += 20) {
    scene.wait(20_000)
    scene.turn(() => scene.node.clientAlive(scene.now, 's1'))
  }
  assert.deepEqual([scene.closedFor('s1'), scene.closedFor('mute')], [undefined, 'silent'])
  scene.wait(31_000)
  assert.equal(scene.closedFor('s1'), 'silent')
})

test('[P8] attempts to log in are bounded by connection and by name over all connections', () => {
  const scene = new Scene({ tuning: { loginsPerMinute: 2, helloMsMax: 60_000 } })
  scene.backendsUp()
  const attempt = (session: string, name: string) => {
    scene.says(session, {
      t: 'hello',
      protocol: 1,
      auth: { kind: 'login', name, password: 'wrong', token: token('x') },
    })
    const request = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']
      .map((backend) => ({ backend, request: scene.requests(backend)[0] }))
      .find((found) => found.request !== undefined)
    if (request !== undefined) {
      scene.answers(request.backend, request.request, { kind: 'refused', code: 'bad-credentials' })
    }
    return scene.hearsOnly(session, 'error').map((frame) => frame.code)
  }
  scene.connect('s1')
  scene.connect('s2')
  assert.deepEqual(attempt('s1', 'Alice'), ['bad-credentials'])
  assert.deepEqual(attempt('s2', 'alice'), ['bad-credentials'])
  assert.deepEqual(attempt('s2', 'ALICE'), ['rate-limited'])
  assert.deepEqual(attempt('s1', 'bob'), ['bad-credentials'])
  assert.deepEqual(attempt('s1', 'carol'), ['rate-limited'])
  scene.wait(31_000 - 1_500)
  assert.deepEqual(attempt('s1', 'carol'), ['rate-limited'])
  scene.says('s1', { t: 'ping' })
  scene.wait(1_500)
  assert.deepEqual(attempt('s1', 'carol'), ['bad-credentials'])
})
