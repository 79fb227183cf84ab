import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Row, rowsOf } from './rows.ts'
import { message, send, system, timeline } from './snapshot-parts.test-fixture.ts'

const options = { unreadAfter: undefined, zone: () => 0, me: 'u-me' }
const dayMs = 86_400_000

function shapes(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => {
    if (row.kind !== 'message' && row.kind !== 'send') return row.key
    return row.isHead ? `${row.key} head` : row.key
  })
}

test('neighbours of one author are one group, a pause or another author begins a new one', () => {
  const lines = [
    message(1),
    message(2),
    message(3, { by: 'u-bob' }),
    message(4, { by: 'u-bob', at: message(3).at + 6 * 60_000 }),
  ]
  const { rows } = rowsOf(timeline({ lines }), options)
  assert.deepEqual(shapes(rows), ['start', 'day-k1', 'k1 head', 'k2', 'k3 head', 'k4 head'])
})

test('each day has a divider, by the clock of who reads', () => {
  const before = Date.UTC(2026, 4, 4, 23, 30)
  const lines = [message(1, { at: before }), message(2, { at: before + 3_600_000 })]
  const inGreenwich = rowsOf(timeline({ lines }), options)
  assert.deepEqual(shapes(inGreenwich.rows), ['start', 'day-k1', 'k1 head', 'day-k2', 'k2 head'])
  const inCairo = rowsOf(timeline({ lines }), { ...options, zone: () => 120 })
  assert.deepEqual(shapes(inCairo.rows), ['start', 'day-k1', 'k1 head', 'k2 head'])
})

test('the line before what is unread stands before the first message of another', () => {
  const lines = [message(1), message(2, { isOwn: true, by: 'u-me' }), message(3), message(4)]
  const { rows } = rowsOf(timeline({ lines }), { ...options, unreadAfter: 1 })
  assert.deepEqual(shapes(rows), [
    'start',
    'day-k1',
    'k1 head',
    'k2 head',
    'unread',
    'k3 head',
    'k4',
  ])
})

test('a send keeps its head and divider when it becomes a message, whatever the clocks say', () => {
  const lines = [message(1, { by: 'u-me' })]
  const pending = send(1, { at: message(1).at + 2_000 })
  const shown = rowsOf(timeline({ lines, sends: [pending] }), options)
  assert.deepEqual(shapes(shown.rows), ['start', 'day-k1', 'k1 head', 's1'])
  const late = message(2, { key: 's1', by: 'u-me', at: message(1).at + dayMs })
  const acked = rowsOf(timeline({ lines: [...lines, late] }), options, shown.grouping)
  assert.deepEqual(shapes(acked.rows), shapes(shown.rows))
  const again = rowsOf(timeline({ lines: [...lines, late] }), options, acked.grouping)
  assert.deepEqual(shapes(again.rows), shapes(shown.rows))
})

test('a message that came in between gives the send a head of its own', () => {
  const lines = [message(1, { by: 'u-me' })]
  const shown = rowsOf(timeline({ lines, sends: [send(1)] }), options)
  const others = [...lines, message(2), message(3, { key: 's1', by: 'u-me' })]
  const acked = rowsOf(timeline({ lines: others }), options, shown.grouping)
  assert.deepEqual(shapes(acked.rows).slice(-2), ['k2 head', 's1 head'])
})

test('who came and went is one row, other events stand alone', () => {
  const lines = [
    system(1, { kind: 'join' }),
    system(2, { kind: 'leave' }),
    system(3, { kind: 'topic', topic: 'new' }),
    system(4, { kind: 'join' }),
  ]
  const { rows } = rowsOf(timeline({ lines }), options)
  assert.deepEqual(shapes(rows), ['start', 'day-k1', 'system-k1', 'system-k3', 'system-k4'])
})

test('[U23] what was written before one could read is one divider above all', () => {
  const say = 'before you came'
  const divider = { kind: 'divider', key: 'd', index: 8, at: 0, code: 'before-join', say } as const
  const { rows } = rowsOf(timeline({ lines: [message(9)], divider }), options)
  assert.deepEqual(shapes(rows), ['divider', 'day-k9', 'k9 head'])
  assert.deepEqual(rows[0], { kind: 'divider', key: 'divider', line: divider })
})

test('what is not held is told at either end', () => {
  const { rows } = rowsOf(
    timeline({ lines: [message(9)], hasOlder: true, hasNewer: true }),
    options,
  )
  assert.deepEqual(shapes(rows), ['older', 'day-k9', 'k9 head', 'newer'])
})
