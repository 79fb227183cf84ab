import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frontendTuning } from './frontend-io.ts'
import { Scene, summary } from './frontend-scene.test-suite.ts'

const others = ['primary-2', 'secondary-1', 'secondary-2'] as const
/** A backend is given up after so long, at the next tick. */
const silenceMs = frontendTuning.backendSilenceMsMax + 100
const sent = { kind: 'sent', index: 3, at: 99 } as const

/** Alice is online, her own backend is primary-1. */
function alice(given: ConstructorParameters<typeof Scene>[0] = {}): Scene {
  const scene = new Scene(given)
  scene.backendsUp()
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  scene.wait(200)
  scene.forgetAll()
  return scene
}

function post(scene: Scene, number: number, text = 'hi', outbox = 'o1'): void {
  scene.says('s1', { t: 'send', room: 'r1', outbox, number, op: { kind: 'post', text } })
}

/** Where the request is now. */
function holder(scene: Scene, among: readonly string[] = others) {
  for (const backend of among) {
    const [request] = scene.requests(backend)
    if (request !== undefined) return { backend, request }
  }
  return undefined
}

test('a send is acknowledged with the index that it got', () => {
  const scene = alice()
  post(scene, 1)
  const [request] = scene.requests('primary-1')
  assert.deepEqual(request?.body, {
    kind: 'send',
    room: 'r1',
    by: 'alice',
    outbox: 'o1',
    number: 1,
    op: { kind: 'post', text: 'hi' },
  })
  scene.answers('primary-1', request, sent)
  assert.deepEqual(scene.hears('s1'), [
    { t: 'ack', room: 'r1', outbox: 'o1', number: 1, index: 3, at: 99, position: 1 },
  ])
})

test('[P6] a request carries the greatest position that the session was answered from', () => {
  const scene = alice()
  post(scene, 1)
  scene.answers('primary-1', scene.requests('primary-1')[0], sent, 40)
  scene.says('s1', { t: 'devices', ask: 1 })
  const [second] = scene.requests('primary-1')
  assert.equal(second?.after, 40)
  scene.answers('primary-1', second, { kind: 'answer', answer: { kind: 'done' } }, 12)
  scene.says('s1', { t: 'devices', ask: 2 })
  assert.equal(scene.requests('primary-1')[0]?.after, 40)
})

test('[P6] a new connection reads from what any backend was known to have reached', () => {
  const scene = alice()
  scene.becomes('secondary-2', { position: 70 })
  scene.connect('s2')
  scene.says('s2', {
    t: 'hello',
    protocol: 1,
    auth: { kind: 'token', token: 't'.repeat(43) },
  })
  assert.equal(holder(scene)?.request.after, 70)
})

test('[P9] when a link closes, its requests go to another backend in the same turn', () => {
  const scene = alice()
  post(scene, 1)
  scene.forgetAll()
  const before = scene.ms
  scene.crash('primary-1')
  const found = holder(scene)
  assert.ok(found !== undefined)
  assert.equal(scene.ms, before)
  scene.answers(found.backend, found.request, sent)
  assert.equal(scene.hearsOnly('s1', 'ack').length, 1)
})

test('[P9] when a backend hangs, its requests go elsewhere once it was silent too long', () => {
  const scene = alice()
  scene.hush('primary-1')
  post(scene, 1)
  scene.forgetAll()
  scene.wait(silenceMs)
  assert.ok(holder(scene) !== undefined)
})

test('[P9] a request unanswered for too long goes elsewhere though its backend looks well', () => {
  const scene = alice()
  post(scene, 1)
  scene.forgetAll()
  scene.wait(1_450)
  assert.equal(holder(scene), undefined)
  scene.wait(100)
  const first = holder(scene)
  assert.ok(first !== undefined)
  scene.wait(2_900)
  assert.equal(holder(scene), undefined, 'the next one is given more time')
  scene.wait(200)
  const second = holder(scene)
  assert.ok(second !== undefined)
  assert.notEqual(second.backend, first.backend)
})

test('[P2] the late answer of the first backend counts, that of the second is ignored', () => {
  const scene = alice()
  scene.hush('primary-1')
  post(scene, 1)
  const [first] = scene.requests('primary-1')
  scene.wait(silenceMs)
  const second = holder(scene)!
  scene.answers('primary-1', first, sent)
  scene.answers(second.backend, second.request, { ...sent, index: 9 })
  assert.deepEqual(
    scene.hearsOnly('s1', 'ack').map((ack) => ack.index),
    [3],
  )
})

test('an answer from a backend that was never asked is ignored', () => {
  const scene = alice()
  post(scene, 1)
  const [request] = scene.requests('primary-1')
  scene.answers('secondary-2', request, sent)
  assert.deepEqual(scene.hears('s1'), [])
})

test('[P8] a backend that refuses `unavailable` is passed over, until all have refused', () => {
  const scene = alice()
  post(scene, 1)
  const refusing = new Set<string>()
  let at = { backend: 'primary-1', request: scene.requests('primary-1')[0]! }
  for (let i = 0; i < 4; i += 1) {
    refusing.add(at.backend)
    scene.forgetAll()
    scene.answers(at.backend, at.request, { kind: 'refused', code: 'unavailable' })
    const next = holder(scene, ['primary-1', ...others])
    if (i === 3) assert.equal(next, undefined, 'all have refused: a moment of rest')
    else at = next!
  }
  assert.equal(refusing.size, 4)
  scene.wait(100)
  assert.ok(holder(scene, ['primary-1', ...others]) !== undefined)
  assert.deepEqual(scene.hears('s1'), [])
})

test('[P9] while no backend can append, sends wait and reading goes on', () => {
  const scene = alice()
  for (const name of ['primary-1', ...others]) {
    scene.becomes(name, { canAppend: false, why: 'no leader' })
  }
  post(scene, 1)
  scene.says('s1', { t: 'history', ask: 5, room: 'r1' })
  const reading = scene.requests('primary-1')
  assert.deepEqual(
    reading.map((request) => request.body.kind),
    ['ask'],
  )
  assert.equal(scene.node.figures().waiting, 1)
  scene.wait(10_000)
  assert.deepEqual(scene.hearsOnly('s1', 'refused'), [])
  scene.becomes('secondary-2', {})
  assert.equal(scene.requests('secondary-2').at(-1)?.body.kind, 'send')
})

test('[P7] a request that nobody answers is refused `unavailable` when its time is up', () => {
  const scene = alice({ tuning: { requestWaitMsMax: 3_000 } })
  for (const name of ['primary-1', ...others]) scene.crash(name)
  post(scene, 1)
  scene.says('s1', { t: 'devices', ask: 8 })
  scene.wait(2_900)
  assert.deepEqual(scene.hears('s1'), [])
  scene.wait(200)
  const [refused, error] = scene.hears('s1')
  assert.deepEqual(refused, {
    t: 'refused',
    room: 'r1',
    outbox: 'o1',
    number: 1,
    code: 'unavailable',
    retry: 'later',
    say: 'The service cannot do this right now; it will be tried again.',
    retryMs: 1_000,
  })
  assert.ok(error?.t === 'error' && error.ask === 8 && error.retry === 'later')
  assert.equal(scene.node.figures().waiting, 0)
})

test('[P7] requests that wait for any backend, and those of one session, are bounded', () => {
  const scene = alice({ tuning: { waitingRequestsMax: 3, sessionRequestsMax: 5 } })
  for (let number = 1; number <= 6; number += 1) post(scene, number)
  assert.deepEqual(
    scene.hearsOnly('s1', 'refused').map(({ number, code }) => [number, code]),
    [[6, 'too-many-in-flight']],
  )
  scene.requests('primary-1').forEach((request) => {
    scene.answers('primary-1', request, sent)
  })
  for (const name of ['primary-1', ...others]) scene.crash(name)
  scene.hears('s1')
  for (let number = 7; number <= 10; number += 1) post(scene, number)
  assert.deepEqual(
    scene.hearsOnly('s1', 'refused').map(({ number, code }) => [number, code]),
    [[10, 'unavailable']],
  )
})

test('[P7] the unanswered sends of one outbox are bounded', () => {
  const scene = alice({ limits: { sendsInFlightPerOutboxMax: 2 } })
  for (let number = 1; number <= 3; number += 1) post(scene, number)
  post(scene, 1, 'hi', 'o2')
  assert.deepEqual(
    scene.hearsOnly('s1', 'refused').map(({ outbox, number, code }) => [outbox, number, code]),
    [['o1', 3, 'too-many-in-flight']],
  )
})

test('[P2] a send repeated while the first is under way is answered once', () => {
  const scene = alice()
  post(scene, 1)
  post(scene, 1)
  const requests = scene.requests('primary-1')
  assert.equal(requests.length, 1)
  scene.answers('primary-1', requests[0], sent)
  assert.equal(scene.hears('s1').length, 1)
})

test('nothing is sent again to a backend that drains, and what is there stays there', () => {
  const scene = alice()
  post(scene, 1)
  const [request] = scene.requests('primary-1')
  scene.becomes('primary-1', { isDraining: true })
  post(scene, 1, 'hi', 'o2')
  scene.wait(500)
  assert.deepEqual(scene.requests('primary-1'), [])
  assert.ok(holder(scene) !== undefined)
  scene.answers('primary-1', request, sent)
  assert.equal(scene.hearsOnly('s1', 'ack').length, 1)
})

test('requests of a session that left are forgotten, their answers ignored', () => {
  const scene = alice()
  post(scene, 1)
  const [request] = scene.requests('primary-1')
  scene.turn(() => scene.node.clientClosed(scene.now, 's1'))
  scene.answers('primary-1', request, sent)
  assert.equal(scene.node.figures().backends[0]?.inFlight, 0)
  assert.deepEqual(scene.hears('s1'), [])
})

test('every routing decision is counted with its reason', () => {
  const scene = alice()
  post(scene, 1)
  post(scene, 1, 'a longer one', 'o2')
  scene.crash('primary-1')
  const { decisionsTotal, resentTotal } = scene.node.figures()
  assert.deepEqual(decisionsTotal, {
    'fewest-clients': 1,
    own: 2,
    'long-message': 1,
    'own: gone': 1,
    'resend: link closed': 2,
  })
  assert.equal(resentTotal, 2)
})
