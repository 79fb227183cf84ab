import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer } from 'ws'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { rawClient } from './fake-node.test-fixture.ts'
import { textFrame } from './text-frame.ts'
import { extendRuns, type RunHolder } from './text-run.ts'

function holder(): RunHolder {
  return { run: undefined }
}

test('a frame is byte for byte what the WebSocket library sends', async (t) => {
  const texts = ['', 'a', 'é😀', 'x'.repeat(125), 'x'.repeat(126), 'y'.repeat(65_535)].concat(
    'ä'.repeat(40_000),
  )
  const http = createServer()
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
  sockets.on('connection', (ws) => {
    for (const text of texts) ws.send(text)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    sockets.close()
    http.close()
    http.closeAllConnections()
  })
  const { socket, bytes } = rawClient(t, (http.address() as AddressInfo).port)
  t.after(() => socket.destroy())
  const expected = Buffer.concat(texts.map(textFrame))
  await eventually(t, () => assert.equal(bytes().length, expected.length))
  assert.ok(bytes().equals(expected))
})

test('who is due the same frames shares one buffer of them, in their order', () => {
  const [ada, bob, cyd] = [holder(), holder(), holder()]
  extendRuns([ada, bob, cyd], Buffer.from('1'))
  extendRuns([ada, bob], Buffer.from('2'))
  extendRuns([ada, bob, cyd], Buffer.from('3'))
  assert.deepEqual(
    [ada, bob, cyd].map((it) => it.run?.bytes.toString()),
    ['123', '123', '13'],
  )
  assert.equal(ada.run, bob.run)
  assert.equal(ada.run?.bytes, bob.run?.bytes)
})

test('a single frame is not copied', () => {
  const ada = holder()
  const frame = Buffer.from('1')
  extendRuns([ada], frame)
  assert.equal(ada.run?.bytes, frame)
})
