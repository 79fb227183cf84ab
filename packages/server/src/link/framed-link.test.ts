import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { LinkDown } from '@starling/core/link/down'
import type { LinkUp } from '@starling/core/link/up'
import fc from 'fast-check'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { FrameReader, FrameWriter } from './frame-codec.ts'
import { FramedLink } from './framed-link.ts'
import { linkTuning } from './link-settings.ts'
import { parseLinkDown, parseLinkUp } from './link-shapes.ts'

async function socketPair(t: TestContext): Promise<{ near: Socket; far: Socket }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const near = connect(address.port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  t.after(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return { near, far }
}

function linkOver(socket: Socket, tuning = linkTuning) {
  const frames: LinkUp[] = []
  const ends: string[] = []
  const link = new FramedLink<LinkUp, LinkDown>(socket, {
    parse: parseLinkUp,
    tuning,
    onFrame: (frame) => frames.push(frame),
    onEnd: (end) => ends.push(end),
  })
  return { link, frames, ends }
}

test('all frames of one turn leave in one write', async (t) => {
  const { near, far } = await socketPair(t)
  const { link } = linkOver(near)
  const got: Buffer[] = []
  far.on('data', (chunk: Buffer) => got.push(chunk))
  for (let n = 0; n < 100; n++) link.send({ t: 'no-feed', room: `room-${n}` })
  const rooms: string[] = []
  await eventually(t, () => assert.ok(got.length > 0))
  const reader = new FrameReader(linkTuning.frameBytesMax)
  for (const chunk of got) reader.push(chunk, (f) => rooms.push((f as { room: string }).room))
  assert.equal(rooms.length, 100)
  assert.equal(rooms[99], 'room-99')
  assert.equal(link.traffic.writes, 1)
  assert.equal(link.traffic.framesOut, 100)
})

test('[P7] a peer that does not read is cut at the limit', async (t) => {
  const { near, far } = await socketPair(t)
  far.pause()
  const { link, ends } = linkOver(near, { ...linkTuning, writeBytesMax: 1_000_000 })
  const room = 'x'.repeat(100_000)
  await eventually(t, () => {
    for (let n = 0; n < 20; n++) link.send({ t: 'no-feed', room })
    assert.deepEqual(ends, ['write-overflow'])
  })
})

test('[P8] a frame above the limit ends the link before it is read', async (t) => {
  const { near, far } = await socketPair(t)
  const { ends } = linkOver(near)
  const head = Buffer.alloc(4)
  head.writeUInt32BE(linkTuning.frameBytesMax + 1)
  far.write(head)
  await eventually(t, () => assert.deepEqual(ends, ['frame-too-large']))
})

test('[P8] nothing behind a bad frame is heard', async (t) => {
  const { near, far } = await socketPair(t)
  const { frames, ends } = linkOver(near)
  far.write(
    new FrameWriter().encode([
      { t: 'unfeed', room: 'a' },
      { t: 'unfeed', room: 7 },
      { t: 'unfeed', room: 'b' },
    ]),
  )
  await eventually(t, () => assert.deepEqual(ends, ['bad-frame']))
  assert.deepEqual(frames, [{ t: 'unfeed', room: 'a' }])
})

/** Bytes that broke decoders elsewhere, each behind a length of its own. */
const recordedBytes = [
  'c1', // never used
  'dfffffffff', // a map of 2³²-1 pairs
  'ddffffffff', // an array of 2³²-1 items
  'dbffffffff', // a string of 4 GiB
  'c6ffffffff', // bytes of 4 GiB
  'd47200', // a record definition
  'd57200ff91a161',
  'd6ff00000000', // a time
  'c70c78a2', // a regular expression cut short
  'd469ff', // a pointer
  '81a95f5f70726f746f5f5f81a16101', // {"__proto__": {"a": 1}}
  '81a174a5636c6f7365', // an unknown frame
  '91'.repeat(20_000), // nested deeply
  '8181'.repeat(20_000),
  'cf7fffffffffffffff', // an integer beyond 2⁵³
  'cb7ff8000000000000', // not a number
]

test('[P8] recorded bad bytes end a link with a code', async (t) => {
  for (const hex of recordedBytes) {
    const { near, far } = await socketPair(t)
    const { frames, ends } = linkOver(near)
    const body = Buffer.from(hex, 'hex')
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    far.write(Buffer.concat([head, body]))
    await eventually(t, () => assert.deepEqual(ends, ['bad-frame']))
    assert.deepEqual(frames, [])
  }
})

test('[P8] no bytes make the reader throw, however they are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
      const head = Buffer.alloc(4)
      head.writeUInt32BE(bytes.length)
      const all = Buffer.concat([head, bytes])
      const reader = new FrameReader(10_000)
      const parts = [all.subarray(0, cut), all.subarray(cut)]
      for (const part of parts) {
        const fault = reader.push(part, (value) => {
          assert.equal(parseLinkUp(value), undefined)
          assert.equal(parseLinkDown(value), undefined)
        })
        if (fault !== undefined) return
      }
    }),
    { numRuns: 2_000 },
  )
})

test('[P8] no value of a wrong shape is taken for a frame', () => {
  const tags = ['hello', 'clients', 'request', 'feed', 'unfeed', 'typing', 'reply', 'entries']
  const value = fc.record(
    {
      t: fc.constantFrom(...tags),
      room: fc.oneof(fc.integer(), fc.constant(null), fc.object()),
      body: fc.anything(),
      reply: fc.anything(),
      entries: fc.anything(),
      request: fc.oneof(fc.double(), fc.string()),
    },
    { requiredKeys: ['t', 'room'] },
  )
  fc.assert(
    fc.property(value, (v) => {
      assert.equal(parseLinkUp(v), undefined)
      assert.equal(parseLinkDown(v), undefined)
    }),
    { numRuns: 2_000 },
  )
})

test('frames come out as they went in, in any cutting', () => {
  const frame: LinkUp = {
    t: 'request',
    request: 7,
    after: 2 ** 40,
    body: {
      kind: 'send',
      room: 'r',
      by: 'u',
      outbox: 'o',
      number: 1,
      op: { kind: 'post', text: 'é😀' },
    },
  }
  const bytes = new FrameWriter().encode([frame, frame, frame])
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const reader = new FrameReader(10_000)
      const got: unknown[] = []
      let at = 0
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        assert.equal(
          reader.push(bytes.subarray(at, cut), (f) => got.push(parseLinkUp(f))),
          undefined,
        )
        at = cut
      }
      assert.deepEqual(got, [frame, frame, frame])
    }),
  )
})
