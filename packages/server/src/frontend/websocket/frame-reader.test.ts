import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FrameHearer, type FrameLimits, FrameReader } from './frame-reader.ts'
import { frameHead, inPieces, maskedFrame } from './masked-frame.test-fixture.ts'

const limits: FrameLimits = { messageBytesMax: 1_000, fragmentsMax: 8 }

class Heard implements FrameHearer {
  readonly list: string[] = []
  heardText(text: string): void {
    this.list.push(`text ${text}`)
  }
  heardPing(payload: Buffer): void {
    this.list.push(`ping ${payload.toString('hex')}`)
  }
  heardPong(): void {
    this.list.push('pong')
  }
  heardClose(code: number | undefined): void {
    this.list.push(`close ${code}`)
  }
}

/** What was heard, and the fault, if there was one, as the last. */
function read(chunks: readonly Buffer[], some: FrameLimits = limits): readonly string[] {
  const reader = new FrameReader(some)
  const heard = new Heard()
  for (const chunk of chunks) {
    const fault = reader.push(chunk, heard)
    if (fault !== undefined) heard.list.push(fault)
  }
  return heard.list
}

function text(first: number, said: string): Buffer {
  return maskedFrame({ first, payload: Buffer.from(said) })
}

function close(hex: string): Buffer {
  return maskedFrame({ first: 0x88, payload: Buffer.from(hex, 'hex') })
}

const mask = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
const control = fc.record({ ping: fc.boolean(), payload: fc.uint8Array({ maxLength: 125 }), mask })
const fragment = fc.record({
  text: fc.string({ unit: 'grapheme', maxLength: 40 }),
  mask,
  before: fc.array(control, { maxLength: 2 }),
})
const message = fc.array(fragment, { minLength: 1, maxLength: 8 })

test('whatever fragments and pieces texts come in, and what between, they are heard whole', () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 })
  const limitless = { messageBytesMax: 100_000, fragmentsMax: 8 }
  fc.assert(
    fc.property(fc.array(message, { maxLength: 4 }), pieces, (messages, sizes) => {
      const bytes: Buffer[] = []
      const expected: string[] = []
      for (const fragments of messages) {
        for (const [at, one] of fragments.entries()) {
          for (const { ping, payload, mask } of one.before) {
            bytes.push(maskedFrame({ first: ping ? 0x89 : 0x8a, payload, mask }))
            expected.push(ping ? `ping ${Buffer.from(payload).toString('hex')}` : 'pong')
          }
          const first = (at === 0 ? 1 : 0) | (at === fragments.length - 1 ? 0x80 : 0)
          bytes.push(maskedFrame({ first, payload: Buffer.from(one.text), mask: one.mask }))
        }
        expected.push(`text ${fragments.map((one) => one.text).join('')}`)
      }
      assert.deepEqual(read(inPieces(Buffer.concat(bytes), sizes), limitless), expected)
    }),
  )
})

test('a character may be cut by a fragment, but a text must be UTF-8', () => {
  const [head, tail] = [Buffer.from('f09f', 'hex'), Buffer.from('9880', 'hex')]
  const cut = [
    maskedFrame({ first: 0x01, payload: head }),
    maskedFrame({ first: 0x80, payload: tail }),
  ]
  assert.deepEqual(read(cut), ['text 😀'])
  assert.deepEqual(read([maskedFrame({ first: 0x81, payload: head })]), ['bad-frames'])
})

test('[P8] what the standard forbids, or is not used here, is a fault at its first byte', () => {
  const cases: readonly (readonly [string, Buffer])[] = [
    ['reserved bit 1', Buffer.from([0xc1])],
    ['reserved bit 2', Buffer.from([0xa1])],
    ['reserved bit 3', Buffer.from([0x91])],
    ['binary', Buffer.from([0x82])],
    ['unknown opcode', Buffer.from([0x83])],
    ['unknown control opcode', Buffer.from([0x8b])],
    ['continuation of nothing', Buffer.from([0x80])],
    ['a ping in fragments', Buffer.from([0x09])],
    ['not masked', Buffer.from([0x81, 0x01])],
    ['a ping that is too long', Buffer.from([0x89, 0xfe])],
    ['a length that 2 bytes could say', Buffer.concat([frameHead(0x81, 5, 4), Buffer.alloc(4)])],
    ['a length that 4 bytes could say', Buffer.concat([frameHead(0x81, 300, 10), Buffer.alloc(4)])],
    ['a close of one byte', close('03')],
    ['a close that says 1005', close('03ed')],
    ['a close that says 999', close('03e7')],
    ['a close that says 5000', close('1388')],
    ['a close with a reason that is no UTF-8', close('03e8ff')],
  ]
  for (const [name, bytes] of cases) assert.deepEqual(read([bytes]), ['bad-frames'], name)
})

test('[P8] a text within an unfinished text is a fault', () => {
  assert.deepEqual(read([text(0x01, 'a'), text(0x81, 'b')]), ['bad-frames'])
})

test('[P7] a length above the limit is refused before anything of it has come', () => {
  const head = (length: number) => Buffer.concat([frameHead(0x81, length), Buffer.alloc(4)])
  assert.deepEqual(read([text(0x81, 'x'.repeat(1_000))]).length, 1)
  assert.deepEqual(read([head(1_001)]), ['frame-too-large'])
  assert.deepEqual(read([head(2 ** 40)]), ['frame-too-large'])
  const rest = Buffer.concat([frameHead(0x80, 501), Buffer.alloc(4)])
  assert.deepEqual(read([text(0x01, 'x'.repeat(500)), rest]), ['frame-too-large'])
})

test('[P7] more fragments than the limit are a fault, even empty ones', () => {
  const many = (count: number) => [
    text(0x01, ''),
    ...Array.from({ length: count - 2 }, () => text(0x00, '')),
    text(0x80, 'end'),
  ]
  assert.deepEqual(read(many(8)), ['text end'])
  assert.deepEqual(read(many(9)), ['bad-frames'])
})

test('[P7] who announces much and sends little costs little', () => {
  const big = { messageBytesMax: 262_144, fragmentsMax: 8 }
  const before = process.memoryUsage().arrayBuffers
  const readers = Array.from({ length: 1_000 }, () => {
    const reader = new FrameReader(big)
    const head = Buffer.concat([frameHead(0x81, 262_144), Buffer.alloc(5)])
    assert.equal(reader.push(head, new Heard()), undefined)
    return reader
  })
  const each = (process.memoryUsage().arrayBuffers - before) / readers.length
  assert.ok(each < 4_096, `${each} bytes each`)
})

test('nothing is heard after a close or a fault', () => {
  assert.deepEqual(read([Buffer.concat([close('03e8'), text(0x81, 'late')])]), ['close 1000'])
  assert.deepEqual(read([close(''), text(0x81, 'late')]), ['close undefined'])
  assert.deepEqual(read([Buffer.from([0x82]), text(0x81, 'late')]), ['bad-frames'])
})
