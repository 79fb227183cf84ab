import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { isClean, Ledger, type Verdict } from './ledger.ts'

let ledger: Ledger

beforeEach(() => {
  ledger = new Ledger()
})

test('what was acknowledged, stands once and was seen by all is clean', () => {
  acked('one', 1)
  acked('two', 2)
  const entries = [post(1, 'one'), post(2, 'two')]
  seen(entries)
  assert.ok(isClean(judge(entries)))
})

test('[P1] an acknowledged send that is not where it was acknowledged is lost', () => {
  acked('one', 1)
  acked('two', 2)
  assert.equal(judge([post(1, 'one')]).lost, 1)
  assert.equal(judge([post(1, 'two'), post(2, 'one')]).lost, 2)
})

test('[P2] one send with two entries is doubled', () => {
  assert.equal(judge([post(1, 'one'), { ...post(2, 'one'), number: 2 }]).doubled, 1)
  assert.equal(judge([post(1, 'one'), { ...post(2, 'other'), number: 1 }]).doubled, 1)
})

test('[P4] numbers of an outbox that do not rise are out of order', () => {
  const swapped = [
    { ...post(1, 'second'), number: 2 },
    { ...post(2, 'first'), number: 1 },
  ]
  assert.equal(judge(swapped).outOfOrder, 1)
})

test('[P3] an index that is missing, skipped, repeated or contradicted is found', () => {
  const entries = [post(1, 'one'), post(2, 'two'), post(3, 'three')]
  assert.equal(judge([post(1, 'one'), post(3, 'three')]).holes, 1)
  for (const indexes of [
    [0, 2],
    [0, 1, 1, 2],
    [0, 1],
  ]) {
    ledger = new Ledger()
    seen(indexes.map((at) => entries[at]!))
    assert.equal(isClean(judge(entries)), false, `${indexes}`)
  }
  ledger = new Ledger()
  seen([post(1, 'one'), { ...post(2, 'other'), number: 9 }, post(3, 'three')])
  assert.equal(judge(entries).outOfOrder, 1)
})

test('[P3] what an observer was told to read from history is not a hole', () => {
  const entries = [post(1, 'one'), post(2, 'two'), post(3, 'three')]
  seen([entries[0]!])
  ledger.gap('observer', 'room', { from: 2, to: 2 })
  seen([entries[2]!])
  assert.ok(isClean(judge(entries)))
})

test('a send that is neither acknowledged nor refused is stuck', () => {
  const record = ledger.composed({ client: 'a', room: 'room', text: 'one', composedAtMs: 0 })
  assert.equal(judge([]).stuck, 1)
  record.refused = 'gone'
  assert.equal(judge([]).stuck, 0)
})

function acked(text: string, index: number): void {
  const send = { client: 'a', room: 'room', text, composedAtMs: 0, ackedAtMs: 1, index }
  ledger.composed(send)
}

function seen(entries: readonly Entry[]): void {
  for (const entry of entries) ledger.observed('observer', 'room', entry)
}

function judge(entries: readonly Entry[]): Verdict {
  return ledger.judge(new Map([['room', entries]]))
}

/** The number in its outbox is that of the index. */
function post(index: number, text: string): Extract<Entry, { kind: 'post' }> {
  const head = { index, at: 0, by: 'user', name: 'ada', outbox: 'outbox', number: index }
  return { ...head, kind: 'post', text }
}
