import assert from 'node:assert/strict'
import { test } from 'node:test'
import { torture } from './torture.ts'

const title =
  '[P1] [P2] [P3] [P4] [P9] [P10] on many machines, the engine losing its leader and then all of ' +
  'it, nothing is lost, doubled, moved, refused or read by others'

test(title, async (context) => {
  const report = await torture({
    engine: 'nats',
    hasDisaster: true,
    seconds: 5,
    clients: 8,
    rooms: 4,
    encrypted: { rooms: 1, people: 2, devices: 2 },
    window: 2,
    thinkMs: 50,
    faultEveryMs: 1_000,
    frontends: 2,
    policy: 'size-and-clients',
    seed: 4_211,
    say: (line) => context.diagnostic(line),
  })
  const shown = JSON.stringify(report, undefined, 1)
  assert.ok(report.isClean, shown)
  assert.ok(report.faults['kill engine leader']! >= 1, shown)
  assert.equal(report.faults.disaster, 1, shown)
  assert.ok(report.verdicts['after the disaster']!.acknowledged > 100, shown)
  assert.ok(report.verdicts['after the disaster, encrypted']!.acknowledged > 10, shown)
})
