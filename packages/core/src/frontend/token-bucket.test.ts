import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenBucket } from './token-bucket.ts'

test('a burst passes, then the rate', () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0)
  assert.deepEqual(
    [1, 1, 1, 1].map((tokens) => bucket.take(0, tokens)),
    [0, 0, 0, 100],
  )
  assert.equal(bucket.take(99, 1), 1)
  assert.equal(bucket.take(100, 1), 0)
})

test('what is refused takes nothing, and the wait that was told suffices', () => {
  const bucket = new TokenBucket({ perSecond: 3, burst: 2 }, 0)
  bucket.take(0, 2)
  const waitMs = bucket.take(10, 1)
  assert.ok(waitMs > 0)
  assert.equal(bucket.take(10 + waitMs, 1), 0)
})

test('it never holds more than the burst, and time that goes back changes nothing', () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, 0)
  assert.equal(bucket.isFull(1_000_000), true)
  assert.equal(bucket.take(1_000_000, 2), 0)
  assert.ok(bucket.take(5, 1) > 0)
})
