import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chanceFrom, drawn, type Fault, touchOf, touchOfSend } from './faults.ts'

const faults: readonly Fault[] = [
  { what: 'kill backend', name: 'primary-1', atMs: 1_000, endedAtMs: 1_000 },
  { what: 'freeze backend', name: 'primary-2', atMs: 5_000, endedAtMs: 8_000 },
  { what: 'kill engine leader', name: 'engine-1', atMs: 7_000, endedAtMs: 12_000 },
]

test('a span counts under the fault that it met, or shortly followed', () => {
  const names = [
    { fromMs: 100, toMs: 999 },
    { fromMs: 900, toMs: 1_001 },
    { fromMs: 1_400, toMs: 1_450 },
    { fromMs: 1_600, toMs: 4_999 },
    { fromMs: 7_500, toMs: 7_501 },
  ].map((span) => touchOf(span, faults))
  assert.deepEqual(names, ['no fault', 'kill backend', 'kill backend', 'no fault', 'several'])
})

test('a send counts under trouble of the leader, whatever else there was', () => {
  assert.equal(touchOfSend({ fromMs: 7_500, toMs: 7_501 }, faults), 'kill engine leader')
  assert.equal(touchOfSend({ fromMs: 6_000, toMs: 6_500 }, faults), 'freeze backend')
})

test('a fault that goes on touches what comes after it', () => {
  const endless = [{ what: 'freeze backend', name: 'primary-1', atMs: 10 }]
  assert.equal(touchOf({ fromMs: 9_000, toMs: 9_001 }, endless), 'freeze backend')
})

test('what is drawn follows the weights, and one seed draws the same', () => {
  const among = [
    { name: 'often', weight: 9 },
    { name: 'seldom', weight: 1 },
    { name: 'never', weight: 0 },
  ]
  const draw = () => {
    const chance = chanceFrom(7)
    return Array.from({ length: 1_000 }, () => drawn(chance, among).name)
  }
  const names = draw()
  const count = (name: string) => names.filter((one) => one === name).length
  assert.ok(count('often') > 850 && count('seldom') > 50, `${count('often')}`)
  assert.equal(count('never'), 0)
  assert.deepEqual(draw(), names)
})
