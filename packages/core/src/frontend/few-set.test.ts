import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FewSet } from './few-set.ts'

const things = ['a', 'b', 'c', 'd'] as const

const step = fc.oneof(
  fc.record({ does: fc.constantFrom('add', 'delete', 'has'), it: fc.constantFrom(...things) }),
  fc.constant({ does: 'clear', it: 'a' } as const),
)

test('it holds what a Set would hold, in the same order, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const few = new FewSet<string>()
      const set = new Set<string>()
      for (const { does, it } of steps) {
        if (does === 'has') assert.equal(few.has(it), set.has(it))
        else if (does === 'delete') assert.equal(few.delete(it), set.delete(it))
        else if (does === 'add') {
          few.add(it)
          set.add(it)
        } else {
          few.clear()
          set.clear()
        }
        assert.deepEqual([...few], [...set])
        assert.equal(few.size, set.size)
      }
    }),
  )
})

test('what it holds may be deleted while one goes through it', () => {
  const few = new FewSet<string>()
  for (const it of things) few.add(it)
  for (const it of few) few.delete(it)
  assert.equal(few.size, 0)
})
