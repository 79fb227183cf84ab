import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterClose, closeCodes } from './close-codes.ts'

test('[P8] the range of a close code says what to do, even for one never seen', () => {
  const cases = [
    [1000, 'backoff'],
    [1006, 'backoff'],
    [4000, 'at-once'],
    [4099, 'at-once'],
    [4100, 'backoff'],
    [4199, 'backoff'],
    [4200, 'login'],
    [4299, 'login'],
    [4300, 'stay-away'],
    [4999, 'stay-away'],
  ] as const
  for (const [code, then] of cases) assert.equal(afterClose(code), then)
})

test('no two reasons share a close code', () => {
  const codes = Object.values(closeCodes)
  assert.equal(new Set(codes).size, codes.length)
})
