import assert from 'node:assert/strict'
import { it } from 'node:test'
import { clockOf, dayName, dayOf } from './moment.ts'

const at = Date.UTC(2025, 5, 3, 23, 30)

it('a moment reads in the zone of who looks', () => {
  assert.equal(
    clockOf(at, () => 0),
    '23:30',
  )
  assert.equal(
    clockOf(at, () => 60),
    '00:30',
  )
  assert.equal(dayOf(at, () => 60) - dayOf(at, () => 0), 1)
})

it('a day is named as one says it', () => {
  const today = dayOf(at, () => 0)
  assert.equal(dayName(today, today), 'Today')
  assert.equal(dayName(today - 1, today), 'Yesterday')
  assert.equal(dayName(today, today + 9), 'Tuesday 3 June')
  assert.equal(dayName(today, today + 400), 'Tuesday 3 June 2025')
})
