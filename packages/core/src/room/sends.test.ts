import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoggedOperation, RoomOperation } from '../log/record.ts'
import { ReplicaBench } from './replica-bench.test-suite.ts'

function chat(limits: { refusalsPerOutboxMax?: number } = {}) {
  const bench = new ReplicaBench({ limits })
  const ann = bench.guest('Ann')
  const bob = bench.guest('Bob')
  bench.joins(bench.room(ann, 'r1'), bob)
  return { bench, ann, bob }
}

function post(by: string, number: number, text = `message ${number}`): RoomOperation {
  return { kind: 'room', room: 'r1', by, outbox: 'o1', number, op: { kind: 'post', text } }
}

const accepted = (index: number, at = 1_000) => ({ ok: true, index, at })
const refused = (code: string) => ({ ok: false, code })

test('[P2] a message sent again is answered with the first index and stands once', () => {
  const { bench, ann } = chat()
  assert.deepEqual(bench.applyOne(post(ann, 1)), accepted(3))
  assert.deepEqual(bench.applyOne(post(ann, 2)), accepted(4))
  bench.at = 9_000
  const before = bench.contentsBesidesOutboxes()
  assert.deepEqual(bench.applyOne(post(ann, 1)), accepted(3))
  assert.deepEqual(bench.applyOne(post(ann, 1, 'other text')), accepted(3))
  assert.deepEqual(bench.contentsBesidesOutboxes(), before)
})

test('[P2] a message that stands twice in one record stands once in the room', () => {
  const { bench, ann } = chat()
  const applied = bench.apply(post(ann, 1), post(ann, 1), post(ann, 2))
  assert.deepEqual(applied.outcomes, [accepted(3), accepted(3), accepted(4)])
  assert.deepEqual(
    applied.rooms.map(({ room, entries }) => [room, entries.map((entry) => entry.index)]),
    [['r1', [3, 4]]],
  )
})

test('[P4] a number out of turn is refused and consumes nothing', () => {
  const { bench, ann } = chat()
  const before = bench.contents()
  assert.deepEqual(bench.applyOne(post(ann, 2)), refused('out-of-turn'))
  assert.deepEqual(bench.contents(), before)
  assert.deepEqual(bench.applyOne(post(ann, 1)), accepted(3))
  assert.deepEqual(bench.applyOne(post(ann, 3)), refused('out-of-turn'))
  assert.deepEqual(bench.applyOne(post(ann, 2)), accepted(4))
  assert.deepEqual(bench.applyOne(post(ann, 3)), accepted(5))
})

test('[R1] a refused send consumes its number and hears the same refusal again', () => {
  const { bench, ann } = chat()
  assert.deepEqual(bench.applyOne(post(ann, 1, ' ')), refused('message-empty'))
  assert.deepEqual(bench.applyOne(post(ann, 2)), accepted(3))
  assert.deepEqual(bench.applyOne(post(ann, 1, 'text')), refused('message-empty'))
  assert.deepEqual(bench.replica.known(post(ann, 1)), refused('message-empty'))
})

test('[R2] a refusal that is no longer remembered is answered as forgotten', () => {
  const { bench, ann } = chat({ refusalsPerOutboxMax: 2 })
  for (const number of [1, 2, 3]) bench.applyOne(post(ann, number, ''))
  assert.deepEqual(bench.applyOne(post(ann, 1)), refused('forgotten'))
  assert.deepEqual(bench.applyOne(post(ann, 2)), refused('message-empty'))
  assert.equal(bench.store.outbox('r1', 'o1')?.refusals.length, 2)
})

test('[R3] a void operation consumes its number with the code it was refused with', () => {
  const { bench, ann } = chat()
  const tooLarge: RoomOperation = {
    ...post(ann, 1),
    op: { kind: 'void', code: 'message-too-large' },
  }
  assert.deepEqual(bench.applyOne(tooLarge), refused('message-too-large'))
  assert.deepEqual(bench.applyOne(post(ann, 1)), refused('message-too-large'))
  const turn: RoomOperation = { ...post(ann, 2), op: { kind: 'void', code: 'out-of-turn' } }
  assert.deepEqual(bench.applyOne(turn), refused('invalid'))
  assert.deepEqual(bench.applyOne(post(ann, 3)), accepted(3))
})

test('[R4] an outbox belongs to the first who used it in the room', () => {
  const { bench, ann, bob } = chat()
  assert.deepEqual(bench.applyOne(post(ann, 1)), accepted(3))
  const before = bench.store.outbox('r1', 'o1')
  for (const number of [1, 2, 3]) {
    assert.deepEqual(bench.applyOne(post(bob, number)), refused('invalid'))
    assert.deepEqual(bench.replica.known(post(bob, number)), refused('invalid'))
  }
  assert.deepEqual(bench.store.outbox('r1', 'o1'), before)
})

test('[R4] the same outbox counts apart in each room', () => {
  const { bench, ann, bob } = chat()
  bench.room(bob, 'r2')
  assert.deepEqual(bench.applyOne(post(ann, 1)), accepted(3))
  assert.deepEqual(bench.applyOne({ ...post(bob, 1), room: 'r2' }), accepted(2))
})

test('[R1] a send of nobody, or to no room, consumes its number too', () => {
  const { bench, ann } = chat()
  assert.deepEqual(bench.applyOne(post('u-nobody', 1)), refused('unknown-user'))
  assert.deepEqual(bench.applyOne(post('u-nobody', 2)), refused('unknown-user'))
  assert.deepEqual(bench.applyOne({ ...post(ann, 1), room: 'r9' }), refused('unknown-room'))
  assert.deepEqual(bench.applyOne({ ...post(ann, 2), room: 'r9' }), refused('unknown-room'))
})

test('[R5] a send without shape is invalid; where its number is known, it is consumed', () => {
  const { bench, ann } = chat()
  const bad = [
    { ...post(ann, 1), room: '' },
    { ...post(ann, 1), room: 'a b' },
    { ...post(ann, 1), outbox: 'o'.repeat(65) },
    { ...post(ann, 1), by: 'u:a' },
    { ...post(ann, 0) },
    { ...post(ann, 1.5) },
    { ...post(ann, Number.NaN) },
    { ...post(ann, 1), number: '1' },
    { kind: 'room' },
  ]
  for (const op of bad) {
    assert.deepEqual(bench.applyOne(op as LoggedOperation), refused('invalid'))
    assert.deepEqual(bench.replica.known(op as LoggedOperation), refused('invalid'))
  }
  const contents = [
    undefined,
    null,
    7,
    'post',
    [],
    {},
    { kind: 'dance' },
    { kind: 'post', text: 1 },
  ]
  contents.forEach((op, i) => {
    const send = { ...post(ann, i + 1), op } as unknown as LoggedOperation
    assert.deepEqual(bench.applyOne(send), refused('invalid'), JSON.stringify(op))
  })
  assert.equal(bench.store.outbox('r1', 'o1')?.last, contents.length)
})

test('[R6] what the store shows is answered without the log', () => {
  const { bench, ann } = chat()
  assert.equal(bench.replica.known(post(ann, 1)), undefined)
  bench.applyOne(post(ann, 1))
  assert.deepEqual(bench.replica.known(post(ann, 1)), accepted(3))
  assert.equal(bench.replica.known(post(ann, 2)), undefined)
  assert.equal(bench.replica.known(post(ann, 5)), undefined)
})

test("[P3] a room's times never go back, whatever the clocks of backends say", () => {
  const { bench, ann, bob } = chat()
  bench.at = 5_000
  bench.says(ann, 'r1')
  bench.at = 2_000
  bench.says(bob, 'r1')
  bench.at = Number.NaN
  bench.says(bob, 'r1')
  bench.at = 6_000
  bench.says(ann, 'r1')
  assert.deepEqual(
    bench.entries('r1').map((entry) => entry.at),
    [1_000, 1_000, 5_000, 5_000, 5_000, 6_000],
  )
})

test('[P3] the entries of a record come with the room they stand in, dense and in order', () => {
  const { bench, ann, bob } = chat()
  const other = { ...post(bob, 1), outbox: 'o2' }
  const applied = bench.apply(post(ann, 1), other, post(ann, 2))
  const entries = bench.entries('r1').slice(2)
  assert.deepEqual(applied.rooms, [{ room: 'r1', entries }])
  assert.deepEqual(
    entries.map(({ index, by, name, outbox, number }) => [index, by, name, outbox, number]),
    [
      [3, ann, 'Ann', 'o1', 1],
      [4, bob, 'Bob', 'o2', 1],
      [5, ann, 'Ann', 'o1', 2],
    ],
  )
})

test('[L9] a position is applied once, and none after a later one', () => {
  const { bench } = chat()
  const record = { id: 'again', at: 1, ops: [] }
  const { position } = bench.store
  assert.throws(() => bench.replica.apply(position, record), /applied already/)
  assert.throws(() => bench.replica.apply(Number.NaN, record), /applied already/)
  bench.replica.apply(position + 1, record)
  assert.equal(bench.store.position, position + 1)
})
