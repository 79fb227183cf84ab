import assert from 'node:assert/strict'
import { test } from 'node:test'
import { torture } from './torture.ts'

const title =
  '[P1] [P2] [P3] [P4] [P10] under kills and freezes nothing is lost, doubled or moved, and what ' +
  'was sealed is read by whom it was sealed for and by nobody else'

test(title, async (context) => {
  const report = await torture({
    engine: 'sqlite',
    hasDisaster: false,
    seconds: 10,
    clients: 12,
    rooms: 4,
    encrypted: { rooms: 1, people: 3, devices: 2 },
    window: 2,
    thinkMs: 0,
    faultEveryMs: 1_000,
    frontends: 2,
    policy: 'size-and-clients',
    seed: 4_211,
    say: (line) => context.diagnostic(line),
  })
  const shown = JSON.stringify(report, undefined, 1)
  assert.ok(report.isClean, shown)
  assert.ok(report.kills >= 4, shown)
  assert.ok(report.verdicts['after the storm']!.acknowledged > 100, shown)
  assert.ok(report.verdicts['after the storm, encrypted']!.acknowledged > 10, shown)
})
