import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import type { Operation } from '@starling/protocol/operation'
import { frontendTuning } from './frontend-io.ts'
import { type RequestFrame, Scene, summary } from './frontend-scene.test-suite.ts'

const sent = { kind: 'sent', index: 3, at: 99 } as const
const stale = { kind: 'refused', code: 'stale-epoch' } as const
const commit: Extract<Operation, { kind: 'commit' }> = {
  kind: 'commit',
  gen: 1,
  epoch: 1,
  id: 'k1',
  commit: 'AAAA',
  groupInfo: 'AAAA',
  tree: { size: 1, changed: [] },
}

/** Alice is online on the device d-1, in the encrypted room r1. */
function alice(): Scene {
  const scene = new Scene()
  scene.backendsUp()
  const rooms = [summary('r1', 2, { kind: 'private', isEncrypted: true })]
  scene.online('s1', { user: 'alice', device: 'd-1', rooms })
  scene.wait(200)
  scene.forgetAll()
  return scene
}

function send(scene: Scene, number: number, op: Operation): void {
  scene.says('s1', { t: 'send', room: 'r1', outbox: 'o1', number, op })
}

function sealed(box: string, epoch = 1) {
  return { kind: 'sealed', gen: 1, epoch, box } as const
}

/** What all backends were asked, with who was. */
function asked(scene: Scene): readonly { backend: string; request: RequestFrame }[] {
  const backends = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']
  return backends.flatMap((backend) =>
    scene.requests(backend).map((request) => ({ backend, request })),
  )
}

function boxes(requests: readonly { request: RequestFrame }[]): readonly unknown[] {
  return requests.map(({ request: { body } }) =>
    body.kind === 'send' && body.op.kind === 'sealed' ? body.op.box : undefined,
  )
}

test('[E12] what concerns a group says from which device it is, as the session is known', () => {
  const scene = alice()
  const begin: Operation = {
    ...{ kind: 'group', gen: 1, groupId: 'Zw', groupInfo: 'AAAA' },
    tree: ['AAAA'],
  }
  const ops: readonly Operation[] = [begin, commit, sealed('AAAA'), { kind: 'leave' }]
  ops.forEach((op, at) => {
    send(scene, at + 1, op)
  })
  const devices = asked(scene).map(({ request: { body } }) =>
    body.kind === 'send' ? body.device : 'no send',
  )
  assert.deepEqual(devices, ['d-1', 'd-1', 'd-1', undefined])
})

test('[E13] a stale send is refused with the advice to seal it again', () => {
  const scene = alice()
  send(scene, 1, sealed('AAAA'))
  const [first] = asked(scene)
  scene.answers(first!.backend, first!.request, stale)
  const [refused] = scene.hearsOnly('s1', 'refused')
  assert.deepEqual([refused?.number, refused?.code, refused?.retry], [1, 'stale-epoch', 'seal'])
})

test('[E13] what was sealed again goes on although an older copy of it is unanswered', () => {
  const scene = alice()
  send(scene, 1, sealed('AAAA'))
  send(scene, 1, sealed('AAAA'))
  assert.deepEqual(boxes(asked(scene)), ['AAAA'], 'the same again waits for the first answer')
  send(scene, 1, sealed('BBBB', 2))
  const [again] = asked(scene)
  assert.deepEqual(boxes([again!]), ['BBBB'])
  scene.answers(again!.backend, again!.request, sent)
  assert.deepEqual(
    scene.hears('s1').map(({ t }) => t),
    ['ack'],
  )
})

test('[E13] that a copy is stale counts from the backend that was asked last alone', () => {
  const scene = alice()
  send(scene, 1, sealed('AAAA'))
  const [first] = asked(scene)
  scene.hush(first!.backend)
  scene.wait(frontendTuning.backendSilenceMsMax + 100)
  const [second] = asked(scene)
  assert.notEqual(second?.backend, first?.backend)
  scene.answers(first!.backend, first!.request, stale)
  assert.deepEqual(scene.hearsOnly('s1', 'refused'), [])
  scene.answers(second!.backend, second!.request, sent)
  assert.equal(scene.hearsOnly('s1', 'ack').length, 1)
})

test('[R3] a box above its limit goes through the log as void', () => {
  const scene = alice()
  const longest = Math.ceil(((limits.messageBytesMax * 2 + limits.sealedOverheadBytesMax) * 4) / 3)
  send(scene, 1, sealed('A'.repeat(longest)))
  send(scene, 2, sealed('A'.repeat(longest + 1)))
  const kinds = asked(scene).map(({ request: { body } }) => body.kind === 'send' && body.op)
  assert.equal(kinds[0] !== false && kinds[0]?.kind, 'sealed')
  assert.deepEqual(kinds[1], { kind: 'void', code: 'message-too-large' })
})

test('[P9] what changes keys waits for the log, what only reads them does not', () => {
  const scene = alice()
  for (const backend of ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']) {
    scene.becomes(backend, { canAppend: false, why: 'no log' })
  }
  scene.says('s1', { t: 'group', ask: 1, room: 'r1' })
  scene.says('s1', { t: 'keys', ask: 2 })
  scene.says('s1', { t: 'claim', ask: 3, claim: 'c1', room: 'r1', users: ['bob'] })
  scene.says('s1', { t: 'publish', ask: 4, linkKey: 'AAAA' })
  const reading = asked(scene)
  const asks = (some: typeof reading) =>
    some.map(({ request: { body } }) => body.kind === 'ask' && body.frame.ask).toSorted()
  assert.deepEqual(asks(reading), [1, 2])
  for (const { backend, request } of reading) {
    scene.answers(backend, request, { kind: 'answer', answer: { kind: 'done' } })
  }
  scene.becomes('primary-2', { canAppend: true })
  assert.deepEqual(asks(asked(scene)), [3, 4])
})

test('[P7] claims take more of the rate than other questions', () => {
  const scene = alice()
  const burst = frontendTuning.framesBurst
  for (let ask = 1; ask <= burst; ask += 1) {
    scene.says('s1', { t: 'claim', ask, claim: `c${ask}`, room: 'r1', users: ['bob'] })
  }
  const refused = scene.hearsOnly('s1', 'error')
  assert.equal(refused.length, burst - burst / 5)
  assert.equal(refused[0]?.code, 'rate-limited')
})

test('[P7] a long frame counts as several', () => {
  const scene = alice()
  const long = { ...commit, commit: 'A'.repeat(16 * 1024 * 9) }
  const tokens = 1 + 9
  const fit = Math.floor(frontendTuning.framesBurst / tokens)
  for (let number = 1; number <= fit + 1; number += 1) send(scene, number, long)
  assert.equal(asked(scene).length, fit)
  const refused = scene.hearsOnly('s1', 'refused')
  assert.deepEqual(
    refused.map(({ number, code }) => [number, code]),
    [[fit + 1, 'rate-limited']],
  )
})
