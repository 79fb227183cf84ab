import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoggedOperation } from '../log/record.ts'
import type { Outcome } from '../room/applied.ts'
import { AppendQueue } from './append-queue.ts'
import { backendTuning } from './backend-io.ts'

const now = (ms: number) => ({ ms, wallMs: 1_700_000_000_000 + ms })

function post(number: number, text = 'hello'): LoggedOperation {
  return {
    kind: 'room',
    room: 'r1',
    by: 'u1',
    outbox: 'o1',
    number,
    op: { kind: 'post', text },
  }
}

function queueOf(tuning: Partial<typeof backendTuning> = {}) {
  const settled: (Outcome | undefined)[] = []
  const queue = new AppendQueue({
    name: 'primary-1',
    chance: () => 0.5,
    tuning: { ...backendTuning, ...tuning },
  })
  const add = (ms: number, op: LoggedOperation | undefined) => {
    const at = settled.push(undefined) - 1
    queue.add(now(ms), op, (outcome) => {
      assert.equal(settled[at], undefined, 'settled once')
      settled[at] = outcome
    })
  }
  return { queue, settled, add }
}

const accepted = (index: number): Outcome => ({ ok: true, index, at: 7 })

test('what arrives while no append may begin goes into one next record', () => {
  const { queue, add } = queueOf({ appendsInFlightMax: 1 })
  add(0, post(1))
  const [first] = queue.take(now(0))
  assert.deepEqual(first?.ops, [post(1)])
  add(1, post(2))
  add(1, post(3))
  assert.deepEqual(queue.take(now(1)), [])
  queue.acknowledged(first!.id)
  const [second] = queue.take(now(2))
  assert.deepEqual(second?.ops, [post(2), post(3)])
  assert.notEqual(second?.id, first?.id)
})

test('[P7] what arrives while appends wait for the log joins them, in order, up to a limit', () => {
  const { queue, add } = queueOf({ appendsInFlightMax: 2 })
  const taken = [1, 2, 3, 4].flatMap((number) => {
    add(number, post(number))
    return queue.take(now(number))
  })
  const opsOf = (records: typeof taken) => records.map(({ ops }) => ops)
  assert.deepEqual(opsOf(taken), [[post(1)], [post(2)]])
  queue.acknowledged(taken[0]!.id)
  assert.deepEqual(opsOf([...queue.take(now(5))]), [[post(3), post(4)]])
})

test('[P1] an operation is settled when its record is applied, not when it is acknowledged', () => {
  const { queue, settled, add } = queueOf()
  add(0, post(1))
  const [record] = queue.take(now(0))
  queue.acknowledged(record!.id)
  assert.deepEqual(settled, [undefined])
  queue.applied(now(1), { id: record!.id, outcomes: [accepted(4)] }, () => undefined)
  assert.deepEqual(settled, [accepted(4)])
  assert.equal(queue.size, 0)
})

test('a barrier is settled with its record and takes no outcome from the others', () => {
  const { queue, settled, add } = queueOf()
  add(0, post(1))
  add(0, undefined)
  add(0, post(2))
  const [record] = queue.take(now(0))
  assert.equal(record?.ops.length, 2)
  const outcomes = [accepted(1), accepted(2)]
  queue.applied(now(1), { id: record!.id, outcomes }, () => undefined)
  assert.deepEqual(settled, [accepted(1), { ok: true, index: 0, at: 0 }, accepted(2)])
})

test('without outcomes it asks what is known, and queues again what is not', () => {
  const { queue, settled, add } = queueOf()
  add(0, post(1))
  add(0, post(2))
  const [record] = queue.take(now(0))
  queue.applied(now(1), { id: record!.id, outcomes: undefined }, (op) =>
    op.kind === 'room' && op.number === 1 ? accepted(9) : undefined,
  )
  assert.deepEqual(settled, [accepted(9), undefined])
  assert.deepEqual(queue.take(now(2))[0]?.ops, [post(2)])
})

test('a failed append refuses its operations as unavailable and frees the slot', () => {
  const { queue, settled, add } = queueOf()
  add(0, post(1))
  const [record] = queue.take(now(0))
  queue.failed(now(1), record!.id)
  assert.deepEqual(settled, [{ ok: false, code: 'unavailable' }])
  add(2, post(2))
  assert.equal(queue.take(now(2)).length, 1)
})

test('[P7] what waits too long is refused, on the way to the log and in it', () => {
  const { queue, settled, add } = queueOf({ requestWaitMsMax: 100 })
  add(0, post(1))
  queue.take(now(0))
  add(50, post(2))
  queue.expire(now(99))
  assert.deepEqual(settled, [undefined, undefined])
  queue.expire(now(100))
  assert.deepEqual(settled, [{ ok: false, code: 'unavailable' }, undefined])
  queue.expire(now(150))
  assert.deepEqual(settled.at(-1), { ok: false, code: 'unavailable' })
  assert.equal(queue.size, 0)
})

test('[P7] a record is bounded in operations and bytes, and one too long goes alone', () => {
  const { queue, add } = queueOf({
    opsPerRecordMax: 3,
    recordBytesMax: 2_000,
    appendsInFlightMax: 9,
  })
  for (let number = 1; number <= 4; number += 1) add(0, post(number))
  add(0, post(5, 'x'.repeat(5_000)))
  add(0, post(6))
  const lengths = queue.take(now(0)).map((record) => record.ops.length)
  assert.deepEqual(lengths, [3, 1, 1, 1])
})

test('[P2] only the send after the one that came last of its outbox needs no look', () => {
  const { queue, add } = queueOf()
  assert.equal(queue.isNext(post(1)), false, 'another backend may have been asked before')
  add(0, post(4))
  queue.failed(now(1), queue.take(now(0))[0]!.id)
  const next = [3, 4, 5, 6].filter((number) => queue.isNext(post(number)))
  assert.deepEqual(next, [5])
})
