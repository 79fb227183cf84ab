import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { fakeFrontend, rawClient, testSettings } from './fake-node.test-fixture.ts'
import type { FrontendShellTuning } from './frontend-settings.ts'

function shell(change: Partial<FrontendShellTuning>) {
  return { shell: { ...testSettings.shell, ...change } }
}

test('[P8] who cannot be let in in time hears when to come, and is closed', async (t) => {
  const it = await fakeFrontend(t, shell({ handshakesPerTurnMax: 0, handshakeWaitMsMax: 20 }))
  const ws = new WebSocket(it.frontend.address)
  t.after(() => ws.terminate())
  const [[text], [code]] = await Promise.all([once(ws, 'message'), once(ws, 'close')])
  const frame = JSON.parse(String(text))
  assert.deepEqual([frame.t, frame.code, frame.retry], ['error', 'unavailable', 'later'])
  assert.ok(frame.retryMs > 0)
  assert.equal(code, 4100)
  const { handshakes, limitsReachedTotal } = it.frontend.figures().shell
  assert.deepEqual(handshakes, { waiting: 0, refusedTotal: 1 })
  assert.deepEqual(limitsReachedTotal, { handshakeWaitMsMax: 1 })
  assert.deepEqual(it.node.heard, [])
  await eventually(t, () => assert.equal(it.frontend.figures().shell.connections, 0))
})

test('[P7] one too many is told to come later at once', async (t) => {
  const limits = { handshakesPerTurnMax: 0, handshakesWaitingMax: 2, handshakeWaitMsMax: 60_000 }
  const it = await fakeFrontend(t, shell(limits))
  for (let client = 0; client < 2; client += 1) rawClient(t, it.frontend.port)
  await eventually(t, () => assert.equal(it.frontend.figures().shell.handshakes.waiting, 2))
  const { bytes } = rawClient(t, it.frontend.port)
  await eventually(t, () => assert.match(bytes().toString(), /"retryMs":/))
  assert.deepEqual(it.frontend.figures().shell.handshakes, { waiting: 2, refusedTotal: 1 })
})

test('who has gone while it waited leaves the line, and nothing is written to it', async (t) => {
  const limits = { handshakesPerTurnMax: 0, handshakeWaitMsMax: 60_000 }
  const it = await fakeFrontend(t, shell(limits))
  const waits = () => it.frontend.figures().shell.handshakes.waiting
  const { socket } = rawClient(t, it.frontend.port)
  const other = rawClient(t, it.frontend.port)
  await eventually(t, () => assert.equal(waits(), 2))
  socket.end()
  await eventually(t, () => assert.equal(waits(), 1))
  other.socket.resetAndDestroy()
  await eventually(t, () => assert.equal(waits(), 0))
  assert.equal(socket.bytesRead, 0)
  await eventually(t, () => assert.equal(it.frontend.figures().shell.connections, 0))
})

test('what a client says before it is let in is heard when it is', async (t) => {
  const it = await fakeFrontend(t)
  const { socket } = rawClient(t, it.frontend.port)
  socket.write(Buffer.concat([Buffer.from([0x81, 0x82, 0, 0, 0, 0]), Buffer.from('hi')]))
  await eventually(t, () => assert.deepEqual(it.node.heard, ['opened', 'text hi']))
})
