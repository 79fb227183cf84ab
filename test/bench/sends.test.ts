import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchPolicy } from './bench-policy.ts'

test('[P3] sends at a rate are acknowledged once each, in order', async () => {
  const crowd = { clients: 4, rooms: 2, window: 0, rate: 200, burst: 4, seconds: 1 }
  const policy = 'size-and-clients'
  const { acksPerSecond, latency } = await benchPolicy({ ...crowd, engine: 'sqlite', policy })
  assert.ok(acksPerSecond > 0)
  assert.ok(latency.p50 > 0)
})
