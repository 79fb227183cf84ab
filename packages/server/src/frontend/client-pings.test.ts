import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import { limits } from '@starling/protocol/limits'
import { WebSocket } from 'ws'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { silentTrace } from '../telemetry/trace.ts'
import { ClientPings, type PingedConnection } from './client-pings.ts'
import { fakeFrontend, rawClient, testSettings } from './fake-node.test-fixture.ts'
import { type RunningFrontend, startFrontend } from './frontend-shell.ts'

const silenceMsMax = 1_200
const pongUnasked = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

class FakeConnection implements PingedConnection {
  heardMs = 0
  isPinged = false
  canBePinged = true
  pings = 0

  ping(): boolean {
    if (this.canBePinged) this.pings += 1
    return this.canBePinged
  }
}

/** A front-end with a real node, whose clients are silent sooner than others. */
async function quickFrontend(t: TestContext): Promise<RunningFrontend> {
  const settings = {
    ...testSettings,
    limits: { ...limits, silenceMsMax },
    tuning: { ...frontendTuning, helloMsMax: 3_600_000 },
  }
  const frontend = await startFrontend(settings, { trace: silentTrace() })
  t.after(() => frontend.abort())
  return frontend
}

test('[P7] a quiet client that answers pings is never cut', async (t) => {
  const frontend = await quickFrontend(t)
  const ws = new WebSocket(frontend.address)
  t.after(() => ws.terminate())
  let pings = 0
  let code: number | undefined
  ws.on('ping', () => {
    pings += 1
  })
  ws.on('close', (closed) => {
    code = closed
  })
  // Each comes after a quiet of 0.4 of the limit or more: six are more than twice the limit.
  await eventually(t, () => assert.ok(pings >= 6 || code !== undefined))
  assert.deepEqual([code, ws.readyState], [undefined, ws.OPEN])
})

test('[P7] a client that answers no ping is cut as silent when it always was', async (t) => {
  const frontend = await quickFrontend(t)
  const connectedMs = performance.now()
  const { bytes } = rawClient(t, frontend.port)
  await eventually(t, () => assert.ok(bytes().includes(0x88)))
  const ms = performance.now() - connectedMs
  const heard = bytes()
  assert.deepEqual([...heard.subarray(0, 2)], [0x89, 0], 'one ping')
  assert.deepEqual([heard[2], heard.readUInt16BE(4)], [0x88, 4102])
  assert.ok(ms >= silenceMsMax, `cut after ${ms} ms`)
})

test('a pong that nobody asked for is no sign of life', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const { socket } = rawClient(t, frontend.port)
  await eventually(t, () => assert.equal(node.sessions.length, 1))
  for (let count = 0; count < 100; count += 1) socket.write(pongUnasked)
  socket.end()
  await eventually(t, () => assert.deepEqual(node.heard, ['opened', 'closed']))
})

test('[P7] pings go to the quiet alone, in time, and a few in each tick', () => {
  const tickMs = 250
  const pings = new ClientPings<FakeConnection>({ silenceMsMax: 30_000, tickMs })
  const connections = Array.from({ length: 1_000 }, () => new FakeConnection())
  const [talker, gone, blocked, ...quiet] = connections as [
    FakeConnection,
    FakeConnection,
    FakeConnection,
    ...FakeConnection[],
  ]
  blocked.canBePinged = false
  for (const connection of connections) pings.add(connection)
  pings.remove(gone)
  let inTick = 0
  let before = 0
  for (let ms = tickMs; ms <= 60_000; ms += tickMs) {
    if (ms % 10_000 === 0) pings.spoke(talker)
    pings.tick(ms)
    const sum = quiet.reduce((all, { pings: one }) => all + one, 0)
    inTick = Math.max(inTick, sum - before)
    before = sum
    for (const connection of quiet) {
      assert.ok(ms - connection.heardMs <= 17_500 || connection.isPinged)
      if (connection.isPinged) assert.ok(pings.answered(connection))
    }
    assert.equal(pings.answered(talker), false)
  }
  assert.deepEqual([talker.pings, gone.pings, blocked.isPinged], [0, 0, false])
  assert.ok(quiet.every((connection) => connection.pings >= 3 && connection.pings <= 5))
  assert.ok(inTick <= 50, `${inTick} pings in one tick`)
  blocked.canBePinged = true
  for (let ms = 60_000; ms <= 66_000; ms += tickMs) pings.tick(ms)
  assert.equal(blocked.pings, 1)
})
