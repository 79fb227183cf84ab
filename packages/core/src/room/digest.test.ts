import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Digest } from './digest.ts'

function digestOf(value: unknown): string {
  const digest = new Digest()
  digest.value(value)
  return digest.toString()
}

test('[L18] a digest is the same on every machine and in every version', () => {
  const entry = {
    index: 7,
    at: 1_700_000_000_123,
    by: 'u-ann',
    kind: 'post',
    text: 'täxt \u{1f642}',
  }
  assert.equal(digestOf(''), '1a4acfbff35fb26e')
  assert.equal(digestOf(entry), 'e7ffed189198c89a')
  assert.equal(digestOf([entry, { on: true, was: null }]), 'b233f15d5deeef3f')
})

test('[L18] values that JSON tells apart have different digests, others the same', () => {
  const canonical = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(canonical)
      : typeof value === 'object' && value !== null
        ? {
            fields: Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, one]) => [name, canonical(one)]),
          }
        : value
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.constantFrom('', '\0', 'a', 'ab', 'ba', 0, 1, -1, 2 ** 32, true, false, null),
      fc.string({ maxLength: 5 }),
      fc.maxSafeInteger(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'ab'), tie('value'), { maxKeys: 3 }),
    ),
  })).value
  fc.assert(
    fc.property(value, value, (one, two) => {
      const isSame = JSON.stringify(canonical(one)) === JSON.stringify(canonical(two))
      assert.equal(digestOf(one) === digestOf(two), isSame)
    }),
    { numRuns: 2_000 },
  )
})

test('[L18] a change of one bit anywhere in a text changes about half of all bits', () => {
  const text = 'a few words that people use when they talk to each other'
  const bits = (digest: string) => BigInt(`0x${digest}`)
  const before = bits(digestOf(text))
  let changed = 0
  let tried = 0
  for (let at = 0; at < text.length; at += 1) {
    for (let bit = 0; bit < 7; bit += 1) {
      const other = String.fromCharCode(text.charCodeAt(at) ^ (1 << bit))
      const after = bits(digestOf(text.slice(0, at) + other + text.slice(at + 1)))
      changed += (before ^ after).toString(2).replaceAll('0', '').length
      tried += 64
    }
  }
  assert.ok(Math.abs(changed / tried - 0.5) < 0.03, `${changed} of ${tried}`)
})

test('[L18] a hundred thousand texts that are nearly alike have as many digests', () => {
  const digests = new Set<string>()
  for (let n = 0; n < 100_000; n += 1) digests.add(digestOf(`message ${n}`))
  assert.equal(digests.size, 100_000)
  const halves = [0, 8].map((from) => new Set([...digests].map((one) => one.slice(from, from + 8))))
  // Of 32 bits each: about one pair in a hundred thousand of these collides.
  for (const half of halves) assert.ok(half.size > 99_980, `${half.size}`)
})
