import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '@starling/protocol/operation'
import { clientTuning } from '../client-io.ts'
import { seededChance } from '../client-scene.test-suite.ts'
import { GroupSends, type SendOutcome } from './group-sends.ts'

const begin: Operation = { kind: 'group', gen: 1, groupId: 'g', groupInfo: 'i', tree: ['t'] }

function at(ms: number) {
  return { ms, wallMs: ms }
}

function given() {
  const sends = new GroupSends(seededChance(5), clientTuning)
  const outcomes: SendOutcome[] = []
  const give = () => sends.give('r', begin, (_, outcome) => void outcomes.push(outcome))
  give()
  return { sends, outcomes, give }
}

function refusal(code: 'stale-epoch' | 'out-of-turn' | 'unavailable' | 'bad-group') {
  const retries = { 'stale-epoch': 'seal', 'out-of-turn': 'reorder', unavailable: 'later' } as const
  const retry = code === 'bad-group' ? ('never' as const) : retries[code]
  return { t: 'refused', room: 'r', code, retry, say: '' } as const
}

test('[P2] it is sent again under its number, on any connection, until it is answered', () => {
  const { sends, outcomes } = given()
  const [first] = sends.due(at(0))
  assert.deepEqual([first?.number, sends.due(at(1))], [1, []])
  sends.reconnected()
  assert.deepEqual(sends.due(at(2)), [first])
  assert.deepEqual(sends.due(at(2 + clientTuning.sendMsMax)), [first])
  assert.equal(sends.refused(at(3), { ...refusal('unavailable'), ...placeOf(first) }), true)
  assert.deepEqual([sends.due(at(4)), sends.due(at(1_500))], [[], [first]])
  const ack = { t: 'ack', room: 'r', ...placeOf(first), index: 7, at: 9, position: 1 } as const
  assert.equal(sends.acked(at(5), ack), true)
  assert.deepEqual(outcomes, [{ ok: true, index: 7, at: 9 }])
  assert.equal(sends.acked(at(6), ack), false)
})

test('[E13] after a refusal that used up no number the next begins its own outbox', () => {
  const { sends, outcomes, give } = given()
  const [first] = sends.due(at(0))
  sends.refused(at(1), { ...refusal('stale-epoch'), ...placeOf(first) })
  give()
  const [second] = sends.due(at(2))
  assert.deepEqual([second?.number, second?.outbox === first?.outbox], [1, false])
  sends.refused(at(3), { ...refusal('bad-group'), ...placeOf(second) })
  give()
  const [third] = sends.due(at(4))
  assert.deepEqual([third?.number, third?.outbox], [2, second?.outbox])
  assert.deepEqual(
    outcomes.map((outcome) => !outcome.ok && outcome.code),
    ['stale-epoch', 'bad-group'],
  )
})

test('[P4] servers that lost the outbox get it as the first of another', () => {
  const { sends } = given()
  const [first] = sends.due(at(0))
  sends.refused(at(1), { ...refusal('out-of-turn'), ...placeOf(first) })
  const [again] = sends.due(at(2))
  assert.deepEqual([again?.op, again?.number], [first?.op, 1])
  assert.notEqual(again?.outbox, first?.outbox)
})

function placeOf(frame: { outbox: string; number: number } | undefined) {
  assert.ok(frame !== undefined)
  return { outbox: frame.outbox, number: frame.number }
}
