import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logContract } from '@starling/core/log/log-contract.test-suite'
import type { LogRecord } from '@starling/core/log/record'
import { Random } from '../random.ts'
import { Trace } from '../trace.ts'
import { World } from '../world.ts'
import { LogInVirtualTime } from './log-in-virtual-time.ts'
import { type AppendResult, type LogConditions, SimulatedLog } from './simulated-log.ts'

const conditions: LogConditions = {
  landMs: [1, 5],
  ackMs: [0, 3],
  followMs: [0, 4],
  appendWaitMsMax: 5_000,
  lateLandingMsMax: 3_000,
}

function made(): { world: World; log: SimulatedLog } {
  const world = new World(new Trace())
  const onLanding = () => undefined
  return { world, log: new SimulatedLog(world, { random: new Random(1), conditions, onLanding }) }
}

logContract('SimulatedLog', () => {
  const { world, log } = made()
  let isPumping = false
  const turn = () => {
    isPumping = world.step()
    if (isPumping) setImmediate(turn)
  }
  const pump = () => {
    if (!isPumping) setImmediate(turn)
    isPumping = true
  }
  let handles = 0
  return { open: () => new LogInVirtualTime(log, { who: `handle-${++handles}`, pump }) }
})

const record = (id: string): LogRecord => ({ id, at: 1, ops: [] })

function appended(world: World, log: SimulatedLog, id: string): AppendResult {
  const results: AppendResult[] = []
  log.append('a', record(id), (r) => {
    results.push(r)
  })
  world.runFor(60_000)
  assert.equal(results.length, 1)
  return results[0]!
}

test('[L1] what waits for a leader stands once there is one', () => {
  const { world, log } = made()
  log.beginElection()
  const results: AppendResult[] = []
  log.append('a', record('one'), (r) => {
    results.push(r)
  })
  world.runFor(4_000)
  assert.equal(results.length, 0)
  assert.equal(log.records.length, 0)
  log.endElection()
  world.runFor(100)
  assert.equal(results[0]?.ok, true)
  assert.equal(log.records.length, 1)
})

test('[L2] an append that nobody acknowledged may stand, later, or not at all; never twice', () => {
  const { world, log } = made()
  log.ackLossShare = 1
  const results = Array.from({ length: 30 }, (_, i) => appended(world, log, `r${i}`))
  assert.ok(results.every((result) => !result.ok && result.landed === 'unknown'))
  const standing = log.records.length
  assert.ok(standing > 5 && standing < 30, `${standing} of 30 stand`)
  log.ackLossShare = 0
  for (let i = 0; i < 30; i++) assert.equal(appended(world, log, `r${i}`).ok, true)
  assert.equal(log.records.length, 30)
})

test('[L5] a full disk refuses and says that nothing landed', () => {
  const { world, log } = made()
  log.fillDisk()
  assert.deepEqual(appended(world, log, 'one'), { ok: false, code: 'full', landed: 'no' })
  log.freeDisk()
  assert.equal(appended(world, log, 'one').ok, true)
})

test('[L3] a follower that was cut off or lags gets every record, in order', () => {
  const { world, log } = made()
  const seen: string[] = []
  log.follow('b', 0, {
    onRecords: (records) => seen.push(...records.map((logged) => logged.record.id)),
    onReach: (canAppend) => seen.push(canAppend ? 'reach' : 'no reach'),
  })
  appended(world, log, 'one')
  log.cutOff('b')
  appended(world, log, 'two')
  log.reconnect('b')
  log.setLag('b', 500)
  appended(world, log, 'three')
  assert.deepEqual(seen, ['reach', 'one', 'no reach', 'reach', 'two', 'three'])
})
