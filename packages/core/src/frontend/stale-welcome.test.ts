import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomSummary } from '@starling/protocol/down'
import { type RequestFrame, Scene, summary, token } from './frontend-scene.test-suite.ts'

/** Two backends; Alice says hello and holds what `resume` says. */
function hello(resume: { [room: string]: number }, position?: number): Scene {
  const scene = new Scene({
    backends: [
      { name: 'primary-1', rank: 'primary' },
      { name: 'primary-2', rank: 'primary' },
    ],
  })
  scene.backendsUp('primary-1', 'primary-2')
  scene.connect('s1')
  const auth = { kind: 'token', token: token('alice') } as const
  const told = position === undefined ? {} : { position }
  scene.says('s1', { t: 'hello', protocol: 1, auth, resume, ...told })
  return scene
}

function asked(scene: Scene): { backend: string; request: RequestFrame } | undefined {
  for (const backend of ['primary-1', 'primary-2']) {
    const [request] = scene.requests(backend)
    if (request !== undefined) return { backend, request }
  }
  return undefined
}

/** Whoever is asked answers with these heads; returns who that was. */
function answer(scene: Scene, self: number, ...rooms: readonly RoomSummary[]): string | undefined {
  const found = asked(scene)
  if (found === undefined) return undefined
  const identity = { user: 'alice', name: 'alice', isGuest: false, device: 'd1' }
  const summaries = [summary('alice', self, { kind: 'self' }), ...rooms]
  scene.answers(found.backend, found.request, { kind: 'identity', identity, rooms: summaries })
  return found.backend
}

function welcomed(scene: Scene): readonly string[] | undefined {
  return scene.hearsOnly('s1', 'welcome')[0]?.rooms.map(({ room, head }) => `${room} ${head}`)
}

test('[P6] a backend that knows less than the client is passed over for one that knows', () => {
  const scene = hello({ r1: 12 })
  assert.equal(answer(scene, 1, summary('r1', 10)), 'primary-1')
  assert.equal(welcomed(scene), undefined)
  assert.equal(answer(scene, 1, summary('r1', 12)), 'primary-2')
  assert.deepEqual(welcomed(scene), ['alice 1', 'r1 12'])
  assert.equal(scene.node.figures().decisionsTotal['resend: stale'], 1)
})

test('[P6] when all know less, they are asked again until one has caught up', () => {
  const scene = hello({ r1: 12 })
  answer(scene, 1, summary('r1', 10))
  answer(scene, 1, summary('r1', 11))
  assert.equal(asked(scene), undefined)
  scene.wait(100)
  assert.ok(answer(scene, 1, summary('r1', 13)) !== undefined)
  assert.deepEqual(welcomed(scene), ['alice 1', 'r1 13'])
})

test('[P6] a room that the client holds and a backend does not name is asked of the others', () => {
  const scene = hello({ r1: 12 })
  answer(scene, 1)
  assert.equal(welcomed(scene), undefined)
  answer(scene, 3, summary('r1', 12))
  assert.deepEqual(welcomed(scene), ['alice 3', 'r1 12'])
})

test('who was put out of a room meanwhile is welcomed once all have said so', () => {
  const scene = hello({ r1: 12 })
  answer(scene, 4)
  answer(scene, 4)
  assert.deepEqual(welcomed(scene), ['alice 4'])
})

test('a client that resumes its self room knows at once that it was put out of a room', () => {
  const scene = hello({ r1: 12, alice: 3 })
  answer(scene, 4)
  assert.deepEqual(welcomed(scene), ['alice 4'])
})

test('[P8] a client that holds what the log never had is welcomed in the end, with `gap`', () => {
  const scene = hello({ r1: 12 })
  for (let i = 0; i < 80; i += 1) {
    answer(scene, 1, summary('r1', 10))
    scene.wait(50)
  }
  assert.deepEqual(welcomed(scene), ['alice 1', 'r1 10'])
  scene.wait(5_500)
  assert.deepEqual(scene.hearsOnly('s1', 'gap'), [{ t: 'gap', room: 'r1', head: 10 }])
})

test('[P6] what the client was told elsewhere is in what the next front-end reads', () => {
  const scene = hello({}, 40)
  const identity = { user: 'alice', name: 'alice', isGuest: false, device: 'd1' }
  const reply = { kind: 'identity', identity, rooms: [] } as const
  const lagging = asked(scene)!
  scene.answers(lagging.backend, lagging.request, reply, 39)
  assert.equal(welcomed(scene), undefined)
  const other = asked(scene)!
  assert.notEqual(other.backend, lagging.backend)
  scene.answers(other.backend, other.request, reply, 41)
  const [welcome] = scene.hearsOnly('s1', 'welcome')
  assert.equal(welcome?.position, 41)
})
