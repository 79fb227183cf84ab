import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { type FakeFrontend, fakeFrontend, rawClient } from './fake-node.test-fixture.ts'

/** Close codes of what a client sends after the upgrade, given as the bytes on the wire. */
async function codeAfter(t: TestContext, it: FakeFrontend, sent: Buffer): Promise<number> {
  const { socket, bytes } = rawClient(t, it.frontend.port)
  const before = it.node.sessions.length
  await eventually(t, () => assert.ok(it.node.sessions.length > before))
  socket.write(sent)
  await eventually(t, () => assert.ok(bytes().length >= 4))
  assert.equal(bytes()[0], 0x88)
  socket.destroy()
  return bytes().readUInt16BE(2)
}

/** A frame as a client sends it, masked with zeros. */
function frame(firstByte: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10)
  head[0] = firstByte
  if (head.length === 2) head[1] = 0x80 | payload.length
  else if (head.length === 4) {
    head[1] = 0x80 | 126
    head.writeUInt16BE(payload.length, 2)
  } else {
    head[1] = 0x80 | 127
    head.writeBigUInt64BE(BigInt(payload.length), 2)
  }
  return Buffer.concat([head, Buffer.alloc(4), payload])
}

test('[P8] bytes that are no text frame close the connection with a code', async (t) => {
  const it = await fakeFrontend(t)
  const tooLong = Buffer.alloc(limits.frameBytesMax + 1, 'x')
  const cases: readonly (readonly [string, Buffer, number])[] = [
    ['binary', frame(0x82, Buffer.from('x')), 4300],
    ['not UTF-8', frame(0x81, Buffer.from([0xff, 0xfe])), 4300],
    ['not masked', Buffer.from([0x81, 0x01, 0x78]), 4300],
    ['reserved bits', frame(0xf1, Buffer.from('x')), 4300],
    ['unknown opcode', frame(0x83, Buffer.from('x')), 4300],
    ['continuation of nothing', frame(0x80, Buffer.from('x')), 4300],
    [
      'too many fragments',
      Buffer.concat(
        Array(300)
          .fill(frame(0x01, Buffer.from('')), 0, 1)
          .fill(frame(0x00, Buffer.from('')), 1),
      ),
      4300,
    ],
    ['too long', frame(0x81, tooLong), 4302],
    ['says to be 2⁶³ long', Buffer.from('81ff7fffffffffffffff00000000', 'hex'), 4302],
  ]
  const codes: (readonly [string, number])[] = []
  for (const [name, bytes] of cases) codes.push([name, await codeAfter(t, it, bytes)])
  assert.deepEqual(
    codes,
    cases.map(([name, , code]) => [name, code]),
  )
  assert.deepEqual(
    it.node.heard.filter((one) => one.startsWith('text')),
    [],
  )
})

test('[P8] no bytes at the client port stop the front-end', async (t) => {
  const it = await fakeFrontend(t)
  const { port } = it.frontend
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, isUpgraded) => {
      const socket = isUpgraded ? rawClient(t, port).socket : connect(port, '127.0.0.1')
      socket.on('error', () => {})
      if (isUpgraded) await once(socket, 'data')
      else await once(socket, 'connect')
      socket.write(bytes)
      socket.end()
      socket.resume()
      await once(socket, 'close')
    }),
    { numRuns: 150 },
  )
  const ws = new WebSocket(it.frontend.address)
  t.after(() => ws.terminate())
  await once(ws, 'open')
  ws.send('still here')
  await eventually(t, () => assert.equal(it.node.heard.at(-1), 'text still here'))
})
