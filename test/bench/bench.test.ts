import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchPolicy } from './bench-policy.ts'
import { ceiling } from './contestants/ceiling.ts'
import { ejabberd } from './contestants/ejabberd.ts'
import { ceilingInJavaScript, wsLoop } from './contestants/peers.ts'
import { starling } from './contestants/starling.ts'
import { fanOut } from './fan-out.ts'
import { fanOutCase, flatOut1000, shapeOf, tenRooms } from './fan-out-case.ts'
import { stageChartOf } from './pictures/charts.ts'
import type { Effort } from './scenario.ts'
import { stageTimesOf } from './stages.ts'

const brief: Effort = { seconds: 0.3, runs: 1, clientsMax: 40 }

test('[P3] everybody gets each message of a small fan-out once and in order', async () => {
  const rooms = { rooms: 2, clients: 40, roomsPerClient: 1, postersPerRoom: 2, window: 4 }
  const twoOnOnePort = starling({ frontends: 2, isOnePort: true, backends: 2 })
  const result = await fanOut(twoOnOnePort, shapeOf(rooms, brief))
  assert.ok(result.messages > 0)
  assert.ok(result.deliveries > result.messages * 10, `${result.deliveries} deliveries`)
  assert.ok(result.serverMs > result.frontMs)
  assert.ok(result.latency.p50 > 0)
})

test('the others pass each message once and in order, where they are installed', async () => {
  for (const contestant of [ceiling(), ceilingInJavaScript, wsLoop, ejabberd]) {
    if (contestant.missing?.() !== undefined) continue
    const isCeiling = contestant.dialect === 'ceiling'
    const rooms = isCeiling ? { ...flatOut1000, rate: 400, burst: 20 } : tenRooms
    const one = fanOutCase(contestant, { rooms, label: contestant.name }, brief)
    const { perFrontSecond, bytes, messagesPerWrite } = await one.measure()
    assert.ok(perFrontSecond! > 0, `${contestant.name}: ${perFrontSecond} deliveries per CPU-s`)
    assert.ok(bytes! > 200)
    assert.ok(messagesPerWrite! > 0)
  }
})

test('the stages of a message are marked from the client to the last receiver', async () => {
  const crowd = { clients: 4, rooms: 2, window: 1, followEvery: 2, seconds: 1 }
  const policy = 'size-and-clients'
  const { marks, acksPerSecond } = await benchPolicy({ ...crowd, engine: 'sqlite', policy })
  assert.ok(acksPerSecond > 0)
  const stages = stageTimesOf(marks)
  for (const { what, count, meanMs } of stages) {
    assert.ok(count > 0, `${what} was never marked`)
    assert.ok(meanMs >= 0, `${what} took ${meanMs} ms`)
  }
  assert.match(stageChartOf('the way', stages), /^<svg .*viewBox/)
})
