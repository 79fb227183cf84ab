/**
 * Pins what crosses the wire. When this fails, the protocol has changed. If an old peer would
 * misread a frame, bump `protocolVersion` in up.ts; in any case add a line under History in
 * docs/protocol.md, bring its tables and examples up to date, and put the new hash here.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { z } from 'zod'
import { afterClose, closeCodes } from './close-codes.ts'
import { errorCodes } from './error-codes.ts'
import { limits } from './limits.ts'
import { protocolVersion, upFrame } from './up.ts'

const pinned = {
  'frames up': '1c61b4799619aa03',
  'error codes': '70756c0797a31121',
  'close codes': '9a8ab572788369d8',
  limits: 'b38cb736cd1dacdc',
}

const remedy =
  'The protocol changed: bump protocolVersion if an old peer would misread it, add a line under ' +
  'History in docs/protocol.md, then pin the new hash in pinned-schema.test.ts.'

/** Keys in order, so that only what is said counts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}

function hash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16)
}

test('the protocol is the one that is pinned', () => {
  const retries = Object.entries(errorCodes).map(([code, [retry]]) => [code, retry])
  const closes = Object.entries(closeCodes).map(([reason, code]) => [
    reason,
    code,
    afterClose(code),
  ])
  const now = {
    'frames up': hash(z.toJSONSchema(upFrame, { io: 'input' })),
    'error codes': hash(retries),
    'close codes': hash(closes),
    limits: hash(limits),
  }
  assert.deepEqual(now, pinned, remedy)
  assert.equal(protocolVersion, 1)
})
