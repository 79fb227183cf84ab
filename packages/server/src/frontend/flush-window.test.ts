import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FlushWindow } from './flush-window.ts'

/** A window asked every 50 ms while the loop is so busy; how wide it is after each. */
function widths(window: FlushWindow, fromMs: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => {
    window.waitMs(fromMs + at * 50)
    window.flushed(fromMs + at * 50)
    return window.ms
  })
}

test('while there is time to spare nothing waits', () => {
  const window = new FlushWindow({ widestMs: 5, utilization: () => 0.5 })
  assert.deepEqual(widths(window, 0, 5), [0, 0, 0, 0, 0])
  assert.equal(window.waitMs(300), 0)
})

test('a busy loop widens the window up to its limit, and an easier one narrows it again', () => {
  let busy = 1
  const window = new FlushWindow({ widestMs: 5, utilization: () => busy })
  assert.deepEqual(widths(window, 0, 5), [1, 2, 4, 5, 5])
  busy = 0.7
  assert.deepEqual(widths(window, 250, 2), [5, 5])
  busy = 0.5
  assert.deepEqual(widths(window, 350, 4), [2.5, 1.25, 0.625, 0])
})

test('an idle loop shuts the window at once', () => {
  let busy = 1
  const window = new FlushWindow({ widestMs: 5, utilization: () => busy })
  widths(window, 0, 5)
  busy = 0.1
  assert.deepEqual(widths(window, 250, 1), [0])
})

test('what comes within the window waits for its rest, what comes after a pause does not', () => {
  const window = new FlushWindow({ widestMs: 4, utilization: () => 1 })
  widths(window, 0, 5)
  window.flushed(210)
  assert.equal(window.waitMs(211), 3)
  assert.equal(window.waitMs(215), 0)
})

test('the busyness of the loop is asked for no more often than it is judged', () => {
  let asked = 0
  const utilization = () => {
    asked += 1
    return 1
  }
  const window = new FlushWindow({ widestMs: 5, utilization })
  for (let ms = 0; ms < 100; ms += 1) window.waitMs(ms)
  assert.equal(asked, 2)
})
