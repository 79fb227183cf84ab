import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scene, summary } from './frontend-scene.test-suite.ts'

function alice(given: ConstructorParameters<typeof Scene>[0] = {}): Scene {
  const scene = new Scene(given)
  scene.backendsUp()
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  scene.hears('s1')
  scene.forgetAll()
  return scene
}

function codes(scene: Scene): readonly string[] {
  return scene.hearsOnly('s1', 'error').map((frame) => frame.code)
}

function opOf(scene: Scene): unknown {
  const [request] = scene.requests('primary-1')
  return request?.body.kind === 'send' ? request.body.op : undefined
}

const head = { t: 'send', room: 'r1', outbox: 'o1', number: 1 } as const

test('[P8] what is no JSON, or has another shape, is refused as a bad frame', () => {
  const scene = alice()
  for (const text of ['', '{', 'null', '7', '[]', '{"t":7}', '{"t":"typing","room":"r1"}']) {
    scene.saysText('s1', text)
  }
  scene.saysText('s1', '{"t":"history","ask":3,"room":""}')
  const errors = scene.hearsOnly('s1', 'error')
  assert.deepEqual(
    errors.map((frame) => frame.code),
    Array(8).fill('bad-frame'),
  )
  assert.equal(errors.at(-1)?.ask, 3)
})

test('[P8] an unknown frame is refused as such, with its ask, and is no reason to close', () => {
  const scene = alice()
  for (let i = 0; i < 20; i += 1) scene.saysText('s1', '{"t":"teleport","ask":9}')
  const errors = scene.hearsOnly('s1', 'error')
  assert.deepEqual([errors[0]?.code, errors[0]?.ask, errors.length], ['unknown-frame', 9, 20])
  assert.equal(scene.closedFor('s1'), undefined)
})

test('[P8] unknown fields are ignored', () => {
  const scene = alice()
  scene.saysText('s1', JSON.stringify({ ...head, op: { kind: 'join', mood: 'good' }, colour: 1 }))
  assert.deepEqual(opOf(scene), { kind: 'join' })
})

test('[P8] who goes on saying bad frames is closed', () => {
  const scene = alice({ tuning: { badFramesMax: 3 } })
  for (let i = 0; i < 3; i += 1) scene.saysText('s1', '?')
  assert.equal(scene.closedFor('s1'), undefined)
  scene.saysText('s1', '?')
  assert.equal(scene.closedFor('s1'), 'bad-frames')
  scene.saysText('s1', '?')
})

test('[P7] a frame over the limit of bytes is refused unread and the connection closed', () => {
  const scene = alice({ limits: { frameBytesMax: 1_000 } })
  scene.saysText('s1', JSON.stringify({ t: 'ping', pad: 'é'.repeat(480) }))
  assert.deepEqual(
    scene.hears('s1').map((frame) => frame.t),
    ['pong'],
  )
  scene.saysText('s1', JSON.stringify({ t: 'ping', pad: 'é'.repeat(520) }))
  assert.deepEqual(codes(scene), ['frame-too-large'])
  assert.equal(scene.closedFor('s1'), 'frame-too-large')
})

test('[P4] a message or reaction that is too large becomes a void send with its number', () => {
  for (const op of [
    { kind: 'post', text: 'x'.repeat(16_385) },
    { kind: 'edit', target: 1, text: 'x'.repeat(16_385) },
    { kind: 'react', target: 1, emoji: 'x'.repeat(65), on: true },
  ]) {
    const scene = alice()
    scene.saysText('s1', JSON.stringify({ ...head, op }))
    assert.deepEqual(opOf(scene), { kind: 'void', code: 'message-too-large' })
  }
})

test('[P4] an operation that cannot be understood becomes a void send with its number', () => {
  for (const op of [
    undefined,
    7,
    { kind: 'dance' },
    { kind: 'post' },
    { kind: 'topic', topic: 'x'.repeat(501) },
    { kind: 'topic', topic: 'x'.repeat(5_001) },
  ]) {
    const scene = alice()
    scene.saysText('s1', JSON.stringify({ ...head, op }))
    assert.deepEqual(opOf(scene), { kind: 'void', code: 'invalid' })
    scene.answers(
      'primary-1',
      { t: 'request', request: 2, after: 0, body: {} as never },
      {
        kind: 'refused',
        code: 'invalid',
      },
    )
    const [refused] = scene.hearsOnly('s1', 'refused')
    assert.deepEqual([refused?.number, refused?.code, refused?.retry], [1, 'invalid', 'never'])
  }
})

test('[P8] a send whose room, outbox or number cannot be read is a bad frame', () => {
  const scene = alice()
  for (const change of [{ room: 'a b' }, { outbox: 7 }, { number: 0 }, { number: 1.5 }]) {
    scene.saysText('s1', JSON.stringify({ ...head, ...change, op: { kind: 'join' } }))
  }
  assert.deepEqual(codes(scene), Array(4).fill('bad-frame'))
})

test('[P8] above the rate a send is refused without consuming its number, and told when', () => {
  const scene = alice({ tuning: { framesPerSecond: 10, framesBurst: 3 } })
  for (const number of [1, 2, 3]) {
    scene.saysText('s1', JSON.stringify({ ...head, number, op: { kind: 'join' } }))
  }
  assert.equal(scene.requests('primary-1').length, 2, 'hello took one, two sends two')
  const [refused] = scene.hears('s1')
  assert.deepEqual(refused, {
    t: 'refused',
    room: 'r1',
    outbox: 'o1',
    number: 3,
    code: 'rate-limited',
    retry: 'later',
    say: 'Too fast; wait a moment.',
    retryMs: 100,
  })
  scene.wait(100)
  scene.saysText('s1', JSON.stringify({ ...head, number: 3, op: { kind: 'join' } }))
  assert.equal(scene.requests('primary-1').length, 1)
})

test('[P8] the sessions of one account share its rate', () => {
  const scene = alice({ tuning: { framesPerSecond: 10, framesBurst: 4 } })
  scene.online('s2', { user: 'alice' })
  scene.hears('s2')
  for (const ask of [1, 2, 3]) scene.says('s1', { t: 'devices', ask })
  assert.deepEqual(codes(scene), [])
  for (const ask of [1, 2]) scene.says('s2', { t: 'devices', ask })
  const [error] = scene.hearsOnly('s2', 'error')
  assert.deepEqual([error?.code, error?.ask], ['rate-limited', 2])
})

test('[P7] who never slows down is closed', () => {
  const scene = alice({ tuning: { framesPerSecond: 1, framesBurst: 1 } })
  for (let i = 0; i < 1_100; i += 1) scene.saysText('s1', '{"t":"ping"}')
  assert.equal(scene.closedFor('s1'), 'rate-limited')
})
