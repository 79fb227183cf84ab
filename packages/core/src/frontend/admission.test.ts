import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fourBackends, type Given, Scene, summary, token } from './frontend-scene.test-suite.ts'

const names = fourBackends.map(({ name }) => name)
const tuning = { knownHelloesInFlightMax: 2, newHelloesInFlightMax: 1 }

function says(scene: Scene, session: string, kind: 'token' | 'guest' = 'token'): void {
  scene.connect(session)
  const secret = { token: token(session) }
  const auth = kind === 'token' ? { kind, ...secret } : { kind, name: session, ...secret }
  scene.says(session, { t: 'hello', protocol: 1, auth })
}

/** All hellos that were asked of backends since this was last asked. */
function asked(scene: Scene) {
  return names.flatMap((of) => {
    const greetings = scene.requests(of).filter(({ body }) => body.kind !== 'catch-up')
    return greetings.map((request) => ({ of, request }))
  })
}

type Asked = ReturnType<typeof asked>[number]

function welcomes(scene: Scene, { of, request }: Asked): void {
  const user = `u${request.request}`
  const identity = { user, name: user, isGuest: false, device: 'd' }
  const rooms = [summary(user, 1, { kind: 'self' })]
  scene.answers(of, request, { kind: 'identity', identity, rooms })
}

function sceneUp(given: Given['tuning'] = tuning): Scene {
  const scene = new Scene({ tuning: given })
  scene.backendsUp()
  return scene
}

test('[P7] so many hellos are at backends; each answer lets in the one that waits longest', () => {
  const scene = sceneUp()
  for (const session of ['a', 'b', 'c', 'd']) says(scene, session)
  const first = asked(scene)
  assert.equal(first.length, 2)
  assert.equal(scene.node.figures().helloes.waiting, 2)
  welcomes(scene, first[0]!)
  assert.equal(scene.hearsOnly('a', 'welcome').length, 1)
  const [next] = asked(scene)
  welcomes(scene, next!)
  assert.equal(scene.hearsOnly('c', 'welcome').length, 1)
})

test('[P9] known devices do not wait behind those who are new', () => {
  const scene = sceneUp()
  for (const session of ['g1', 'g2', 'g3']) says(scene, session, 'guest')
  assert.equal(asked(scene).length, 1)
  says(scene, 'a')
  const [known] = asked(scene)
  assert.equal(known?.request.body.kind, 'token')
})

test('nothing is asked for one that is gone, and it makes room for the next', () => {
  const scene = sceneUp()
  for (const session of ['a', 'b', 'c', 'd', 'e']) says(scene, session)
  const [first] = asked(scene)
  scene.turn(() => scene.node.clientClosed(scene.now, 'c'))
  scene.turn(() => scene.node.clientClosed(scene.now, 'b'))
  const [next] = asked(scene)
  welcomes(scene, next!)
  assert.equal(scene.hearsOnly('d', 'welcome').length, 1)
  welcomes(scene, first!)
  assert.deepEqual(scene.node.figures().helloes, { waiting: 0, refusedTotal: 0 })
})

test('[P8] who cannot be served in time is told when to come, and may say hello again', () => {
  const scene = sceneUp({ ...tuning, knownHelloesInFlightMax: 1, requestSilenceMsMax: 60_000 })
  for (const session of ['a', 'b', 'c']) says(scene, session)
  const [first] = asked(scene)
  scene.wait(2_000)
  const told = ['b', 'c'].map((session) => scene.hearsOnly(session, 'error')[0])
  assert.deepEqual(
    told.map((frame) => [frame?.code, frame?.retry, (frame?.retryMs ?? 0) > 0]),
    Array(2).fill(['unavailable', 'later', true]),
  )
  assert.deepEqual(scene.node.figures().helloes, { waiting: 0, refusedTotal: 2 })
  scene.says('b', { t: 'hello', protocol: 1, auth: { kind: 'token', token: token('b') } })
  welcomes(scene, first!)
  welcomes(scene, asked(scene)[0]!)
  assert.equal(scene.hearsOnly('b', 'welcome').length, 1)
})

test('[P9] while no backend has the log nobody who waits for it is refused', () => {
  const scene = sceneUp()
  scene.wait(1_500)
  for (const name of names) scene.becomes(name, { canAppend: false, why: 'no leader' })
  scene.wait(4_000)
  for (const session of ['g1', 'g2', 'g3']) says(scene, session, 'guest')
  scene.wait(12_000)
  for (const name of names) scene.becomes(name, {})
  scene.wait(500)
  for (let served = 0; served < 3; served += 1) {
    const all = asked(scene)
    welcomes(scene, all.at(-1)!)
  }
  for (const session of ['g1', 'g2', 'g3']) {
    assert.deepEqual(
      scene.hears(session).map(({ t }) => t),
      ['welcome'],
    )
  }
})
