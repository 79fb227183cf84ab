import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Opening, openContent, readContentHeader, sealContent } from './content.ts'
import { createSeed, type Signer, seedSigner } from './signing.ts'

const room = 'room-1'
const key = crypto.getRandomValues(new Uint8Array(32))
const place = { gen: 2, epoch: 7n, leaf: 3 }
const text = (value: string) => new TextEncoder().encode(value)

interface Sealed {
  readonly signer: Signer
  readonly message: Uint8Array
  readonly opening: Opening
}

async function sealed(body: Uint8Array): Promise<Sealed> {
  const signer = await seedSigner(createSeed())
  const message = await sealContent({ ...place, room, key, signer }, body)
  return { signer, message, opening: { room, key, signatureKey: signer.publicKey } }
}

test('[P10] what is sealed is opened as it was, with where it belongs', async () => {
  const property = fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (body) => {
    const { message, opening } = await sealed(body)
    const opened = await openContent(opening, message)
    assert.equal(opened.ok, true)
    if (!opened.ok) return
    const { id, ...found } = opened.header
    assert.deepEqual([found, id.length, opened.body], [place, 16, new Uint8Array(body)])
  })
  await fc.assert(property, { numRuns: 30 })
})

test('[P10] a length tells no more than its step', async () => {
  const lengthOf = async (length: number) => (await sealed(new Uint8Array(length))).message.length
  assert.equal(await lengthOf(0), await lengthOf(124))
  assert.equal((await lengthOf(125)) - (await lengthOf(124)), 128)
  assert.equal(await lengthOf(4200), await lengthOf(4600))
  assert.ok((await lengthOf(60_000)) < 60_000 * 1.14)
})

test('the same text sealed twice is two messages', async () => {
  const signer = await seedSigner(createSeed())
  const seal = () => sealContent({ ...place, room, key, signer }, text('hello'))
  assert.notDeepEqual(await seal(), await seal())
})

test('a message that was changed anywhere is not opened', async () => {
  const { message, opening } = await sealed(text('hello'))
  for (let at = 0; at < message.length; at += 1) {
    const changed = message.slice()
    changed[at]! ^= 1
    assert.equal((await openContent(opening, changed)).ok, false, `byte ${at}`)
  }
})

test('a message is opened with its own key, room and device alone', async () => {
  const { message, opening } = await sealed(text('hello'))
  const why = async (other: Partial<Opening>) => {
    const opened = await openContent({ ...opening, ...other }, message)
    return opened.ok ? undefined : opened.why
  }
  const { publicKey } = await seedSigner(createSeed())
  assert.equal(await why({}), undefined)
  assert.equal(await why({ key: new Uint8Array(32) }), 'tampered')
  assert.equal(await why({ room: 'room-2' }), 'bad-signature')
  assert.equal(await why({ signatureKey: publicKey }), 'bad-signature')
  assert.equal(await why({ signatureKey: new Uint8Array(3) }), 'bad-signature')
})

test('bytes that are no message have no header', async () => {
  const { message, opening } = await sealed(text('hello'))
  const short = message.subarray(0, 100)
  const newer = Uint8Array.from(message, (byte, at) => (at === 0 ? 2 : byte))
  for (const bytes of [new Uint8Array(), short, newer]) {
    assert.equal(readContentHeader(bytes), undefined)
    assert.deepEqual(await openContent(opening, bytes), { ok: false, why: 'malformed' })
  }
})
