import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cuts } from './cuts.ts'

test('a machine that nobody hears loses the lines to the others, not those from them', () => {
  assert.deepEqual(new Cuts().cut('a', 'out', ['a', 'b', 'c']), [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'c' },
  ])
})

test('a machine that is cut off in both directions loses both', () => {
  assert.deepEqual(new Cuts().cut('a', 'both', ['b']), [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ])
})

test('a line that two have cut is open when both have healed', () => {
  const cuts = new Cuts()
  cuts.cut('a', 'out', ['b'])
  assert.deepEqual(cuts.cut('b', 'in', ['a', 'c']), [{ from: 'c', to: 'b' }])
  assert.deepEqual(cuts.heal('a'), [])
  assert.deepEqual(cuts.heal('b'), [
    { from: 'a', to: 'b' },
    { from: 'c', to: 'b' },
  ])
  assert.deepEqual(cuts.heal('b'), [])
})
