import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { ClientConnection, type ConnectionHost } from './client-connection.ts'
import { fakeFrontend, rawClient, testSettings } from './fake-node.test-fixture.ts'
import { maskedFrame } from './websocket/masked-frame.test-fixture.ts'

const upgrade = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

test('a client of the library is understood: fragments, pings, its close', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const ws = new WebSocket(frontend.address, { perMessageDeflate: true })
  t.after(() => ws.terminate())
  const pongs: string[] = []
  ws.on('pong', (payload) => pongs.push(String(payload)))
  await once(ws, 'open')
  ws.send('a', { fin: false })
  ws.ping('between')
  ws.send('é', { fin: true })
  ws.send('x'.repeat(70_000))
  ws.ping('y'.repeat(125))
  await eventually(t, () => assert.deepEqual(pongs, ['between', 'y'.repeat(125)]))
  assert.deepEqual(node.heard, ['opened', 'text aé', `text ${'x'.repeat(70_000)}`])
  const closed = once(ws, 'close')
  ws.close(4_999, 'enough')
  const [code] = await closed
  assert.deepEqual([code, ws.extensions, ws.protocol], [4_999, '', ''])
  await eventually(t, () => assert.equal(node.heard.at(-1), 'closed'))
})

test('what comes with the request for the upgrade, or byte by byte, is heard', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const socket = connect({ port: frontend.port, host: '127.0.0.1', noDelay: true })
  t.after(() => socket.destroy())
  const text = (said: string) => maskedFrame({ first: 0x81, payload: Buffer.from(said) })
  socket.write(Buffer.concat([Buffer.from(`${upgrade.join('\r\n')}\r\n\r\n`), text('early')]))
  await eventually(t, () => assert.deepEqual(node.heard, ['opened', 'text early']))
  for (const byte of text('slow')) socket.write(Buffer.from([byte]))
  await eventually(t, () => assert.equal(node.heard.at(-1), 'text slow'))
})

test('[P8] a request that asks for no WebSocket of this version is refused', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const cases: readonly (readonly [string, string, string])[] = [
    ['GET / ', 'POST / ', '405 Method Not Allowed'],
    ['Upgrade: websocket', 'Upgrade: h2c', '400 Bad Request'],
    ['Version: 13', 'Version: 8', '426 Upgrade Required'],
    ['Key: dGhl', 'Key: not base64 ', '400 Bad Request'],
    ['Sec-WebSocket-Key', 'X-Other-Key', '400 Bad Request'],
    ['GET / ', 'GET /elsewhere ', '404 Not Found'],
  ]
  const answers: string[] = []
  for (const [good, bad] of cases) {
    const socket = connect(frontend.port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.write(`${upgrade.join('\r\n').replace(good, bad)}\r\n\r\n`)
    const [answer] = await once(socket, 'data')
    answers.push(String(answer).split('\r\n', 1)[0]!)
  }
  assert.deepEqual(
    answers,
    cases.map(([, , answer]) => `HTTP/1.1 ${answer}`),
  )
  assert.deepEqual(node.heard, [])
})

test('[P7] a client that answers no close, or says only half a farewell, is cut', async (t) => {
  const shell = { ...testSettings.shell, closeMsMax: 30 }
  const { node, frontend } = await fakeFrontend(t, { shell })
  const [mute, faulty] = [rawClient(t, frontend.port), rawClient(t, frontend.port)]
  await eventually(t, () => assert.equal(node.sessions.length, 2))
  node.put({ kind: 'close', session: node.sessions[0]!, reason: 'drain' })
  faulty.socket.write(Buffer.from([0x82]))
  await eventually(t, () => assert.equal(frontend.figures().shell.connections, 0))
  assert.deepEqual([mute.bytes()[0], faulty.bytes()[0]], [0x88, 0x88])
  assert.deepEqual(node.heard, ['opened', 'opened', 'closed', 'closed'])
})

test('[P7] who pings and does not read is not answered for ever', () => {
  const written: Buffer[] = []
  const fake = Object.assign(new EventEmitter(), {
    writableLength: 0,
    write: (bytes: Buffer) => written.push(bytes),
  })
  const nothing = () => {}
  const host: ConnectionHost = {
    frameLimits: { messageBytesMax: 100, fragmentsMax: 4 },
    ...{ closeMsMax: 1_000, clientWriteBytesMax: 1_000 },
    ...{ onText: nothing, onPong: nothing, onDrain: nothing, onEnd: nothing },
  }
  new ClientConnection('s', fake as unknown as Socket, host)
  const ping = () => maskedFrame({ first: 0x89, payload: Buffer.from('?') })
  fake.emit('data', ping())
  fake.writableLength = 1_001
  fake.emit('data', ping())
  assert.deepEqual(written, [Buffer.from([0x8a, 1, 63])])
})
