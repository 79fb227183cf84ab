/** The reader against the WebSocket library's, which reads what clients of all kinds send. */
import assert from 'node:assert/strict'
import type { Writable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import * as library from 'ws'
import { FrameReader } from './frame-reader.ts'
import { inPieces, maskedFrame } from './masked-frame.test-fixture.ts'

interface LibraryOptions {
  readonly isServer: boolean
  readonly maxPayload: number
}
type LibraryReceiver = new (options: LibraryOptions) => Writable

/** Its types do not tell of it. */
const { Receiver } = library as unknown as { readonly Receiver: LibraryReceiver }

const messageBytesMax = 300

function readHere(chunks: readonly Buffer[]): readonly string[] {
  const heard: string[] = []
  const reader = new FrameReader({ messageBytesMax, fragmentsMax: 1_000 })
  const hearer = {
    heardText: (text: string) => heard.push(`text ${text}`),
    heardPing: (payload: Buffer) => heard.push(`ping ${payload.toString('hex')}`),
    heardPong: () => heard.push('pong'),
    heardClose: (code: number | undefined) => heard.push(`close ${code ?? 1005}`),
  }
  for (const chunk of chunks) {
    const fault = reader.push(chunk, hearer)
    if (fault !== undefined) heard.push(fault)
  }
  return heard
}

async function readByLibrary(chunks: readonly Buffer[]): Promise<readonly string[]> {
  const heard: string[] = []
  const receiver = new Receiver({ isServer: true, maxPayload: messageBytesMax })
  let isOver = false
  receiver.on('message', (data: Buffer) => heard.push(`text ${data}`))
  receiver.on('ping', (data: Buffer) => heard.push(`ping ${data.toString('hex')}`))
  receiver.on('pong', () => heard.push('pong'))
  receiver.on('conclude', (code: number) => {
    heard.push(`close ${code}`)
    isOver = true
  })
  receiver.on('error', (error: { code?: string }) => {
    const isLong = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    heard.push(isLong ? 'frame-too-large' : 'bad-frames')
    isOver = true
  })
  for (const chunk of chunks) {
    if (isOver || receiver.destroyed) break
    receiver.write(chunk)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return heard
}

/** Binary frames are left out: the library takes them, here they are a fault. */
const frame = fc.record({
  first: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(0x81, 0x01, 0x00, 0x80, 0x89, 0x8a) },
    { weight: 1, arbitrary: fc.constantFrom(0x88, 0x09, 0xc1, 0x91, 0x83, 0x8b, 0x0a) },
  ),
  payload: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 4 }),
    fc.integer({ min: 120, max: 310 }).map((length) => Buffer.alloc(length, 'x')),
    fc.constantFrom('03e8', '03e86279', '0bb8', '03ed', '03f7').map((it) => Buffer.from(it, 'hex')),
  ),
  mask: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
})

test('it hears and refuses what the library hears and refuses', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 8 }), sizes, async (frames, pieces) => {
      const bytes = Buffer.concat(frames.map(maskedFrame))
      const theirs = await readByLibrary(inPieces(bytes, pieces))
      assert.deepEqual(readHere(inPieces(bytes, pieces)), theirs)
    }),
    { numRuns: 500 },
  )
})
