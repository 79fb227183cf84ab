import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCodes } from '@starling/protocol/error-codes'
import type { UpFrame } from '@starling/protocol/up'
import fc from 'fast-check'
import { Scene, summary, token } from './frontend-scene.test-suite.ts'

const valid: readonly UpFrame[] = [
  { t: 'hello', protocol: 1, auth: { kind: 'token', token: token('x') }, resume: { r1: 4 } },
  { t: 'send', room: 'r1', outbox: 'o1', number: 1, op: { kind: 'post', text: 'hello there' } },
  { t: 'send', room: 'r1', outbox: 'o1', number: 2, op: { kind: 'kick', user: 'u2' } },
  { t: 'history', ask: 1, room: 'r1', after: 3, limit: 10 },
  { t: 'search', ask: 2, text: 'words', room: 'r1' },
  { t: 'revoke', ask: 3, device: 'others' },
  { t: 'follow', room: 'r1', after: 1 },
  { t: 'typing', room: 'r1', on: true },
  { t: 'ping' },
]

/** Strange values where a client could put them. */
const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(-1, 0, 1e308, 2 ** 53, '__proto__', '', null, [], {}, '\ud800', 'x'.repeat(300)),
)

/** A valid frame with one of its fields, at any depth, replaced or removed. */
const mutated = fc
  .record({ frame: fc.constantFrom(...valid), path: fc.array(fc.nat(7)), value: strange })
  .map(({ frame, path, value }) => {
    const copy = structuredClone(frame) as object
    let at = copy as { [name: string]: unknown }
    for (const step of path) {
      const keys = Object.keys(at)
      const key = keys[step % keys.length]
      const inner = key === undefined ? undefined : at[key]
      if (typeof inner !== 'object' || inner === null) break
      at = inner as { [name: string]: unknown }
    }
    const keys = Object.keys(at)
    const key = keys[(path.at(-1) ?? 0) % Math.max(keys.length, 1)] ?? 't'
    at[key] = value
    return JSON.stringify(copy)
  })

/** A valid frame with some of its characters cut or changed. */
const damaged = fc
  .record({ frame: fc.constantFrom(...valid), at: fc.nat(), cut: fc.nat(9), put: fc.string() })
  .map(({ frame, at, cut, put }) => {
    const text = JSON.stringify(frame)
    const from = at % (text.length + 1)
    return text.slice(0, from) + put + text.slice(from + cut)
  })

const anything = fc.oneof(fc.string({ unit: 'binary' }), mutated, damaged, fc.json())

function scene(): Scene {
  const made = new Scene({
    tuning: { framesPerSecond: 1e6, framesBurst: 1e6, badFramesMax: 1e6, loginsPerMinute: 1e6 },
  })
  made.backendsUp()
  made.online('s1', { user: 'alice', rooms: [summary('r1', 5)] })
  made.connect('s2')
  return made
}

test('[P8] no text from a client makes the node throw or say what is no frame of ours', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 20 }), (texts) => {
      const made = scene()
      for (const text of texts) {
        for (const session of ['s1', 's2']) made.saysText(session, text)
      }
      made.wait(200)
      for (const session of ['s1', 's2']) {
        for (const frame of made.hears(session)) {
          if (frame.t === 'error' || frame.t === 'refused') assert.ok(frame.code in errorCodes)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('[P8] after any texts another client is served as before', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 20 }), (texts) => {
      const made = scene()
      for (const text of texts) made.saysText('s1', text)
      made.forgetAll()
      made.online('s3', { user: 'carol', rooms: [summary('r1', 5)] })
      made.hears('s3')
      made.says('s3', { t: 'ping' })
      assert.deepEqual(made.hears('s3'), [{ t: 'pong' }])
    }),
    { numRuns: 100 },
  )
})

test('[P8] deep nesting and long strings are refused like any other bad frame', () => {
  const made = scene()
  made.saysText('s1', '['.repeat(60_000) + ']'.repeat(60_000))
  made.saysText('s1', `{"t":"ping","x":${'{"y":'.repeat(20_000)}1${'}'.repeat(20_000)}}`)
  made.saysText('s1', JSON.stringify({ t: 'user', ask: 1, name: 'x'.repeat(100_000) }))
  assert.deepEqual(
    made
      .hears('s1')
      .map((frame) => (frame.t === 'error' ? frame.code : frame.t))
      .slice(-3),
    ['bad-frame', 'pong', 'bad-frame'],
  )
})
