import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WaitingLine } from './waiting-line.ts'

function line(waitingMax = 1_000, waitMsMax = 1_000): WaitingLine<number> {
  return new WaitingLine({ waitingMax, waitMsMax, chance: () => 0.5 })
}

/** Serves one each `everyMs` for a second, of those that wait. */
function servedFor(it: WaitingLine<number>, { from, everyMs }: { from: number; everyMs: number }) {
  for (let ms = from; ms < from + 1_000; ms += everyMs) it.take(ms)
}

test('who came first is served first, and who leaves is not', () => {
  const it = line()
  for (const item of [1, 2, 3, 4]) it.join(0, item)
  it.leave(2)
  assert.deepEqual([it.take(1), it.take(1), it.take(1), it.take(1)], [1, 3, 4, undefined])
})

test('[P7] whoever waits for too long is refused, and so is one too many', () => {
  const it = line(2)
  it.join(0, 1)
  it.join(600, 2)
  assert.ok((it.join(600, 3) ?? 0) > 0)
  assert.deepEqual(it.takeOverdue(1_000), [])
  assert.deepEqual(
    it.takeOverdue(1_001).map(({ item }) => item),
    [1],
  )
  assert.deepEqual([it.size, it.refusedTotal], [1, 2])
})

test('[P7] who cannot be served in time is refused at once', () => {
  const it = line()
  for (let item = 0; item < 300; item += 1) it.join(0, item)
  servedFor(it, { from: 0, everyMs: 10 })
  assert.equal(it.size, 200)
  assert.ok(it.join(1_000, 1_000) !== undefined)
  for (let at = 0; at < 120; at += 1) it.leave(100 + at)
  assert.equal(it.join(1_000, 1_000), undefined)
})

test('each one refused is told another moment, at twice the pace of the line', () => {
  const it = line()
  for (let item = 0; item < 400; item += 1) it.join(0, item)
  servedFor(it, { from: 0, everyMs: 10 })
  const told = Array.from({ length: 200 }, () => it.join(1_000, 9_999) ?? 0)
  const steps = told.slice(1).map((ms, at) => ms - told[at]!)
  assert.ok(
    steps.every((ms) => ms === 4 || ms === 5),
    `${steps}`,
  )
  assert.ok(told[0]! >= 1_450 && told[0]! <= 1_550, `${told[0]}`)
  const last = Array.from({ length: 20_000 }, () => it.join(1_000, 9_999) ?? 0).at(-1)!
  assert.ok(last >= 7_500 && last <= 15_000, `${last}`)
})

test('a line that was served to its end takes what it can hold', () => {
  const it = line()
  for (let item = 0; item < 100; item += 1) it.join(0, item)
  servedFor(it, { from: 0, everyMs: 10 })
  assert.equal(it.size, 0)
  for (let item = 0; item < 1_000; item += 1) assert.equal(it.join(1_000, item), undefined)
})

test('that few come is not taken for being slow', () => {
  const it = line()
  it.join(0, 0)
  for (let ms = 0; ms < 5_000; ms += 100) {
    it.join(ms, ms + 1)
    it.take(ms + 50)
  }
  for (let item = 10_000; item < 10_900; item += 1) assert.equal(it.join(5_000, item), undefined)
})
