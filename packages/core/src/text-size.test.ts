import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codePoints, isOverBytes } from './text-size.ts'

test('[R24] bytes are counted as UTF-8 has them, lone surrogates as their replacement', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.integer({ min: 0xd7fe, max: 0xe001 })).map((u) => String.fromCharCode(...u)),
  )
  fc.assert(
    fc.property(anyText, (text) => {
      const bytes = new TextEncoder().encode(text).length
      assert.equal(isOverBytes(text, bytes), false)
      assert.equal(isOverBytes(text, bytes - 1), true)
    }),
    { numRuns: 500 },
  )
})

test('characters are code points', () => {
  assert.equal(codePoints('añ😀'), 3)
})
