import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, errorCodes, isErrorCode, retryOf, sentenceOf } from './error-codes.ts'

test('[P8] every code has an advice and a sentence', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    assert.ok(['never', 'later', 'reorder', 'login', 'seal'].includes(retryOf(code)), code)
    assert.match(sentenceOf(code), /^[A-Z].*\.$/, code)
  }
})

test('what is no code of ours is not taken for one', () => {
  assert.equal(isErrorCode('muted'), true)
  for (const code of ['', 'teapot', 'constructor', '__proto__', 'toString']) {
    assert.equal(isErrorCode(code), false)
  }
})
