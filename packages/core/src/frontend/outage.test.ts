import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Health } from '../link/down.ts'
import {
  fedEntries,
  fourBackends,
  type Given,
  type RequestFrame,
  Scene,
  summary,
  token,
} from './frontend-scene.test-suite.ts'
import { byPreference, preferred } from './rendezvous.ts'

const names = fourBackends.map((backend) => backend.name)
const unavailable = { kind: 'refused', code: 'unavailable' } as const
const done = { kind: 'answer', answer: { kind: 'done' } } as const

/** Alice is online and follows r1; then no backend has the log. Her own is primary-1. */
function outage(given: Given = {}, rooms = [summary('r1', 2)]): Scene {
  const scene = new Scene(given)
  scene.backendsUp()
  scene.online('s1', { user: 'alice', rooms })
  scene.wait(1_500)
  allBecome(scene, { canAppend: false, why: 'no leader' })
  scene.wait(4_000)
  scene.forgetAll()
  return scene
}

function allBecome(scene: Scene, health: Partial<Health>): void {
  for (const name of names) scene.becomes(name, health)
}

function post(scene: Scene, number: number): void {
  const op = { kind: 'post', text: 'hi' } as const
  scene.says('s1', { t: 'send', room: 'r1', outbox: 'o1', number, op })
}

function says(scene: Scene, session: string, kind: 'token' | 'guest'): void {
  scene.connect(session)
  const secret = { token: token(session) }
  const auth = kind === 'token' ? { kind, ...secret } : { kind, name: session, ...secret }
  scene.says(session, { t: 'hello', protocol: 1, auth })
}

/** All that was asked of backends since this was last asked. */
function asked(scene: Scene): readonly { readonly of: string; readonly request: RequestFrame }[] {
  return names.flatMap((of) => scene.requests(of).map((request) => ({ of, request })))
}

test('[P9] in an outage of the log a known device comes in, reads and types', () => {
  const scene = outage()
  scene.online('s2', { user: 'bob', rooms: [summary('r1', 2)], resume: { r1: 2, bob: 1 } })
  assert.equal(scene.hearsOnly('s2', 'welcome').length, 1)
  scene.forgetAll()
  scene.says('s2', { t: 'history', ask: 5, room: 'r1' })
  const [{ of, request }] = asked(scene) as [{ of: string; request: RequestFrame }]
  scene.answers(of, request, done)
  assert.equal(scene.hearsOnly('s2', 'answer')[0]?.ask, 5)
  scene.says('s2', { t: 'typing', room: 'r1', on: true })
  const typed = names.flatMap((name) => scene.got(name)).filter((frame) => frame.t === 'typing')
  const [frame] = typed
  assert.equal(typed.length, 1)
  scene.backendSays('primary-1', frame!)
  assert.equal(scene.hearsOnly('s1', 'typing')[0]?.user, 'bob')
})

for (const kind of ['token', 'guest'] as const) {
  test(`[P9] a ${kind} that only the log could settle waits for it, and asks nobody else`, () => {
    const scene = outage()
    says(scene, 's2', kind)
    const [{ of, request }] = asked(scene) as [{ of: string; request: RequestFrame }]
    scene.answers(of, request, unavailable)
    scene.wait(20_000)
    assert.deepEqual([asked(scene), scene.hears('s2')], [[], []])
    scene.becomes('secondary-2', {})
    const again = asked(scene)
    assert.deepEqual(
      again.map((one) => [one.of, one.request.body.kind]),
      [['secondary-2', kind]],
    )
    scene.answers('secondary-2', again[0]!.request, { kind: 'refused', code: 'bad-token' })
    assert.equal(scene.hearsOnly('s2', 'error')[0]?.code, 'bad-token')
  })
}

test('[P7] what begins to wait for the log only when a backend refused it is bounded too', () => {
  const scene = outage({ tuning: { waitingRequestsMax: 1 } })
  for (const session of ['s2', 's3']) says(scene, session, 'guest')
  for (const { of, request } of asked(scene)) scene.answers(of, request, unavailable)
  assert.equal(scene.node.figures().waiting, 1)
  assert.deepEqual(scene.hears('s2'), [])
  assert.equal(scene.hearsOnly('s3', 'error')[0]?.code, 'unavailable')
})

test('[P9] a backend that alone is without the log is not asked, and what it has goes on', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  scene.forgetAll()
  scene.says('s1', { t: 'history', ask: 1, room: 'r1' })
  assert.equal(scene.requests('primary-1').length, 1)
  scene.becomes('primary-1', { canAppend: false })
  scene.says('s1', { t: 'devices', ask: 2 })
  says(scene, 's2', 'token')
  assert.deepEqual(scene.requests('primary-1'), [])
  assert.deepEqual(
    asked(scene)
      .map(({ request }) => request.body.kind)
      .sort(),
    ['ask', 'ask', 'token'],
  )
})

test('[P6] in an outage whoever has come as far as the session is asked before others', () => {
  const scene = outage()
  allBecome(scene, { canAppend: false, position: 40 })
  scene.becomes('secondary-2', { canAppend: false, position: 41 })
  scene.says('s1', { t: 'devices', ask: 1 })
  const [first] = scene.requests('primary-1')
  scene.answers('primary-1', first, done, 41)
  scene.becomes('primary-1', { canAppend: false, position: 40 })
  scene.crash('primary-1')
  scene.says('s1', { t: 'devices', ask: 2 })
  assert.deepEqual(
    asked(scene).map(({ of, request }) => [of, request.after]),
    [['secondary-2', 41]],
  )
})

test('[P9] in an outage a new session demands no more than those there have', () => {
  const scene = outage()
  allBecome(scene, { canAppend: false, position: 40 })
  scene.becomes('primary-2', { canAppend: false, position: 90 })
  scene.crash('primary-2')
  says(scene, 's2', 'token')
  assert.deepEqual(
    asked(scene).map(({ request }) => request.after),
    [40],
  )
})

test('[P6] a backend that lost the log long before the others is not read from', () => {
  const scene = new Scene()
  scene.backendsUp()
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  scene.becomes('primary-1', { canAppend: false })
  scene.wait(11_000)
  allBecome(scene, { canAppend: false })
  scene.wait(2_000)
  scene.forgetAll()
  for (let ask = 1; ask <= 20; ask += 1) scene.says('s1', { t: 'devices', ask })
  assert.deepEqual(scene.requests('primary-1'), [])
  assert.equal(scene.node.figures().backends[0]?.feeds, 0)
  for (const name of names.slice(1)) scene.crash(name)
  assert.equal(scene.requests('primary-1').length, 20, 'but rather than nobody')
})

function feedFrames(scene: Scene): readonly string[] {
  return names.flatMap((name) =>
    scene.got(name).flatMap(({ t }) => (t === 'feed' || t === 'unfeed' ? [`${name} ${t}`] : [])),
  )
}

test('[P9] when the log comes back to one backend after the other, no feed moves', () => {
  const scene = outage()
  assert.equal(
    scene.node.figures().backends.reduce((sum, { feeds }) => sum + feeds, 0),
    2,
  )
  for (const name of [...byPreference('r1', names)].reverse()) {
    scene.becomes(name, {})
    scene.wait(250)
  }
  scene.wait(5_000)
  assert.deepEqual(feedFrames(scene), [])
})

test('[P9] feeds leave a backend to which the log does not come back, all at once', () => {
  const rooms = Array.from({ length: 2_000 }, (_, at) => summary(`room-${at}`, 2))
  const scene = outage({}, rooms)
  const left = () => scene.node.figures().backends[0]!.feeds
  assert.ok(left() > 400)
  for (const name of names.slice(1)) scene.becomes(name, {})
  scene.wait(950)
  assert.ok(left() > 400)
  scene.wait(150)
  assert.equal(left(), 0)
  const to = preferred('room-7', names.slice(1))!
  scene.feeds(to, 'room-7', 3, fedEntries(3, 3))
  assert.equal(scene.hearsOnly('s1', 'entries').length, 1)
})

test('a client keeps its own backend through an outage, so that clients stay spread', () => {
  const scene = new Scene()
  scene.backendsUp()
  const clients = ['s1', 's2', 's3', 's4']
  for (const session of clients) scene.online(session, { user: session })
  const spread = () => scene.node.figures().backends.map((backend) => backend.clients)
  const read = () => {
    for (const session of clients) {
      scene.says(session, { t: 'devices', ask: scene.ms })
      scene.says(session, { t: 'read', ask: scene.ms + 1, room: session, upTo: 1 })
    }
    for (const { of, request } of asked(scene)) scene.answers(of, request, done)
    scene.wait(250)
  }
  assert.deepEqual(spread(), [1, 1, 1, 1])
  for (const health of [{ canAppend: false }, {}]) {
    for (const name of names) {
      scene.becomes(name, health)
      read()
    }
  }
  assert.deepEqual(spread(), [1, 1, 1, 1])
})

test('[P4] what was refused when its time was up comes back before what waits behind it', () => {
  const scene = outage({ tuning: { requestWaitMsMax: 5_000 } })
  post(scene, 1)
  scene.wait(2_500)
  post(scene, 2)
  post(scene, 3)
  scene.wait(2_600)
  assert.deepEqual(
    scene.hearsOnly('s1', 'refused').map(({ number, retry }) => [number, retry]),
    [[1, 'later']],
  )
  post(scene, 1)
  scene.becomes('primary-1', {})
  const numbers = scene.requests('primary-1').map(({ body }) => body.kind === 'send' && body.number)
  assert.deepEqual(numbers, [1, 2, 3])
})
