import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Now } from '../now.ts'
import { clientTuning, type OutboxItem } from './client-io.ts'
import { OutboxLane } from './outbox-lane.ts'

const tuning = { ...clientTuning, sendsInFlightMax: 4 }

function at(ms: number): Now {
  return { ms, wallMs: ms }
}

function item(number: number): OutboxItem {
  const op = { kind: 'post', text: `${number}` } as const
  return { room: 'r', outbox: 'o', number, op, composedAt: number }
}

function laneOf(count: number): OutboxLane {
  const lane = new OutboxLane({ room: 'r', outbox: 'o', next: 1 }, tuning)
  for (let number = 1; number <= count; number += 1) lane.add(item(number))
  return lane
}

function numbers(items: readonly OutboxItem[]): readonly number[] {
  return items.map(({ number }) => number)
}

/** The numbers of what goes on the wire, sealed or not as `isReady` says. */
function due(lane: OutboxLane, ms: number, isReady = (_: number) => true): readonly number[] {
  const operation = ({ number, op }: OutboxItem) => (isReady(number) ? op : undefined)
  return lane.due(at(ms), Number.POSITIVE_INFINITY, operation).map(([{ number }]) => number)
}

test('[P4] the first sends are on the wire, no more than the window, in order', () => {
  const lane = laneOf(6)
  assert.deepEqual(due(lane, 0), [1, 2, 3, 4])
  assert.deepEqual(due(lane, 0), [])
  lane.take(1)
  assert.deepEqual(due(lane, 0), [5])
})

test('[P4] after `later` the lane pauses and goes on from its head, one at a time at first', () => {
  const lane = laneOf(6)
  due(lane, 0)
  assert.equal(lane.goBack(at(0), 1, { kind: 'later', waitMs: 300 }), false)
  // What those behind it are told now speaks of the flight before.
  assert.equal(lane.goBack(at(1), 2, { kind: 'reorder', waitMs: 300 }), false)
  assert.deepEqual(due(lane, 299), [])
  assert.deepEqual(due(lane, 300), [1])
  lane.take(1)
  assert.deepEqual(due(lane, 301), [2, 3])
})

test('[P4] a refusal for good lets those behind it go on without it', () => {
  const lane = laneOf(5)
  due(lane, 0)
  assert.equal(lane.take(2)?.number, 2)
  assert.deepEqual(due(lane, 0), [5])
  assert.deepEqual(numbers(lane.items), [1, 3, 4, 5])
})

test('[P2] a new connection sends all that is unacknowledged again, with the same numbers', () => {
  const lane = laneOf(3)
  due(lane, 0)
  lane.take(1)
  lane.reconnected()
  assert.deepEqual(due(lane, 0), [2, 3])
})

test('a send that is never answered is sent again after its time', () => {
  const lane = laneOf(2)
  due(lane, 0)
  lane.tick(at(tuning.sendMsMax - 1))
  assert.deepEqual(due(lane, tuning.sendMsMax - 1), [])
  lane.tick(at(tuning.sendMsMax))
  assert.deepEqual(due(lane, tuning.sendMsMax), [1])
})

test('a head that stays out of turn means a lost outbox, which goes on under a new id', () => {
  const lane = laneOf(3)
  lane.take(1)
  let isLost = false
  let tries = 0
  for (let ms = 0; !isLost && tries < 20; ms += 1_000) {
    due(lane, ms)
    isLost = lane.goBack(at(ms), 2, { kind: 'reorder', waitMs: 500 })
    tries += 1
  }
  assert.equal(tries, tuning.headOutOfTurnMax)
  const pairs = lane.renew('fresh')
  assert.deepEqual(
    pairs.map(([old, renewed]) => [old.number, renewed.outbox, renewed.number]),
    [
      [2, 'fresh', 1],
      [3, 'fresh', 2],
    ],
  )
  assert.equal(lane.next, 3)
  assert.deepEqual(due(lane, 60_000), [1, 2])
})

type Answer = 'ack' | 'never' | 'later' | 'reorder' | 'cut' | 'nothing'

test('[P2] [P4] whatever is answered, the first ones are sent, in order, as they were', () => {
  const answers = fc.array(
    fc.tuple(
      fc.constantFrom<Answer>('ack', 'never', 'later', 'reorder', 'cut', 'nothing'),
      fc.nat(5),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(answers, (script) => {
      const lane = laneOf(10)
      let ms = 0
      for (const [answer, which] of script) {
        ms += 100
        const sent = due(lane, ms)
        const left = numbers(lane.items)
        const from = left.indexOf(sent[0] ?? 0)
        if (sent.length > 0) assert.deepEqual(sent, left.slice(from, from + sent.length))
        assert.ok(sent.length <= tuning.sendsInFlightMax)
        const number = left[which]
        if (number === undefined) continue
        if (answer === 'ack' || answer === 'never') lane.take(number)
        else if (answer === 'cut') lane.reconnected()
        else if (answer !== 'nothing') lane.goBack(at(ms), number, { kind: answer, waitMs: 150 })
      }
      for (let number = 1; number <= 10; number += 1) lane.take(number)
      assert.deepEqual(due(lane, ms + 1_000), [])
    }),
    { numRuns: 500 },
  )
})

test('[P4] what is not ready holds back what comes after it, and is asked for with it', () => {
  const lane = laneOf(6)
  const asked: number[] = []
  const isReady = (number: number) => {
    asked.push(number)
    return number !== 2
  }
  assert.deepEqual(due(lane, 0, isReady), [1])
  assert.deepEqual(asked, [1, 2, 3, 4])
  assert.deepEqual(due(lane, 1), [2, 3, 4])
})
