import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import { codePoints, isOverBytes } from './text-size.ts'

test('the size in bytes is that of UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const bytes = Buffer.byteLength(text)
      assert.equal(isOverBytes(text, bytes), false)
      assert.equal(isOverBytes(text, bytes - 1), true)
    }),
  )
})

test('characters are code points', () => {
  assert.equal(codePoints('añ😀'), 3)
})
