import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RequestFrame, Scene, summary } from './frontend-scene.test-suite.ts'

const short = 'hi'
const long = 'longer than seven'
const sent = { kind: 'sent', index: 3, at: 99 } as const

/** Alice is online; her own backend is secondary-1, long messages go to primary-1. */
function alice(): Scene {
  const scene = new Scene()
  scene.backendsUp('secondary-1')
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  scene.backendsUp('primary-1', 'primary-2')
  scene.wait(200)
  scene.forgetAll()
  return scene
}

function post(scene: Scene, number: number, text: string, outbox = 'o1'): void {
  scene.says('s1', { t: 'send', room: 'r1', outbox, number, op: { kind: 'post', text } })
}

function numbers(requests: readonly RequestFrame[]): readonly number[] {
  return requests.map(({ body }) => (body.kind === 'send' ? body.number : -1))
}

test('[P4] sends of one outbox to one backend are pipelined in their order', () => {
  const scene = alice()
  for (const number of [1, 2, 3]) post(scene, number, short)
  assert.deepEqual(numbers(scene.requests('secondary-1')), [1, 2, 3])
})

test('[P4] a send that the policy puts elsewhere waits until all before it are answered', () => {
  const scene = alice()
  post(scene, 1, short)
  post(scene, 2, short)
  post(scene, 3, long)
  post(scene, 4, short)
  const [first, second] = scene.requests('secondary-1')
  assert.deepEqual(scene.requests('primary-1'), [])
  scene.answers('secondary-1', first, sent)
  assert.deepEqual(scene.requests('primary-1'), [])
  scene.answers('secondary-1', second, sent)
  const third = scene.requests('primary-1')
  assert.deepEqual(numbers(third), [3])
  assert.deepEqual(scene.requests('secondary-1'), [], 'the fourth waits behind the third')
  scene.answers('primary-1', third[0], sent)
  assert.deepEqual(numbers(scene.requests('secondary-1')), [4])
})

test('[P4] another outbox does not wait', () => {
  const scene = alice()
  post(scene, 1, short)
  post(scene, 1, long, 'o2')
  assert.deepEqual(numbers(scene.requests('primary-1')), [1])
})

test('[P4] when a backend dies, its sends go in the order of their numbers to one other', () => {
  const scene = alice()
  for (const number of [1, 2, 3]) post(scene, number, long)
  post(scene, 4, short)
  scene.forgetAll()
  scene.crash('primary-1')
  assert.deepEqual(numbers(scene.requests('primary-2')), [1, 2, 3])
  assert.deepEqual(scene.requests('secondary-1'), [], 'what waited still waits')
})

test('[P4] sends that wait for a backend keep their order when one comes', () => {
  const scene = alice()
  for (const name of ['primary-1', 'primary-2', 'secondary-1']) scene.crash(name)
  for (const number of [1, 2, 3]) post(scene, number, short)
  scene.backendsUp('primary-2')
  assert.deepEqual(numbers(scene.requests('primary-2')), [1, 2, 3])
})

test('[P4] when one send is refused `unavailable`, those behind it go with it', () => {
  const scene = alice()
  for (const number of [1, 2, 3]) post(scene, number, long)
  const requests = scene.requests('primary-1')
  scene.answers('primary-1', requests[0], { kind: 'refused', code: 'unavailable' })
  const again = scene.requests('primary-2')
  assert.deepEqual(numbers(again), [1, 2, 3])
  scene.answers('primary-1', requests[1], { kind: 'refused', code: 'out-of-turn' })
  assert.deepEqual(scene.hears('s1'), [], 'that refusal came from before')
  for (const request of again) scene.answers('primary-2', request, sent)
  assert.deepEqual(
    scene.hearsOnly('s1', 'ack').map((ack) => ack.number),
    [1, 2, 3],
  )
})

test('[P4] a number out of turn is refused with the advice to send again in order', () => {
  const scene = alice()
  post(scene, 5, short)
  scene.answers('secondary-1', scene.requests('secondary-1')[0], {
    kind: 'refused',
    code: 'out-of-turn',
  })
  const [refused] = scene.hearsOnly('s1', 'refused')
  assert.deepEqual([refused?.code, refused?.retry], ['out-of-turn', 'reorder'])
})

test('[P4] an overdue send takes the others of its outbox along, and only those', () => {
  const scene = alice()
  post(scene, 1, short)
  scene.wait(1_000)
  post(scene, 2, short)
  post(scene, 1, short, 'o2')
  scene.forgetAll()
  scene.wait(600)
  assert.deepEqual(numbers(scene.requests('primary-1')), [1, 2])
  post(scene, 3, short)
  assert.deepEqual(numbers(scene.requests('primary-1')), [3], 'later ones follow them')
})
