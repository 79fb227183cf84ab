import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTicker } from './ticker.ts'

test('ticks fall on whole multiples of the interval, until the ticker is stopped', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_060 })
  const ticks: number[] = []
  const stop = startTicker(250, () => ticks.push(Date.now()))
  t.mock.timers.tick(190)
  t.mock.timers.tick(250)
  t.mock.timers.tick(250)
  assert.deepEqual(ticks, [1_250, 1_500, 1_750])
  stop()
  t.mock.timers.tick(1_000)
  assert.equal(ticks.length, 3)
})
