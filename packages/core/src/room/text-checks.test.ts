import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes } from './text-checks.ts'

test('[R24] bytes are counted as UTF-8 has them', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.integer({ min: 0xd7fe, max: 0xe001 })).map((u) => String.fromCharCode(...u)),
  )
  fc.assert(
    fc.property(anyText, (text) => {
      assert.equal(utf8Bytes(text), new TextEncoder().encode(text).length)
    }),
    { numRuns: 500 },
  )
})
