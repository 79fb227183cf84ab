import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Position } from '@starling/core/log/record'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { FakeNats } from './fake-nats.test-fixture.ts'
import { OverlappingLog } from './overlapping-log.ts'
import type { Standing } from './store-guard.ts'

async function followed(t: TestContext, nats: FakeNats, standing: Standing) {
  const { trouble } = nats
  nats.heal()
  const log = new OverlappingLog({ log: await nats.open(undefined), standing: () => standing })
  nats.cut(trouble)
  t.after(() => log.close())
  const heard = { records: [] as [Position, string][], reach: [] as string[], damage: '' }
  const stop = log.follow(standing.position, {
    onRecords: (records) => {
      assert.ok(records.length > 0)
      for (const { position, record } of records) heard.records.push([position, record.id])
    },
    onReach: (canAppend, why) => heard.reach.push(canAppend ? 'within' : why),
    onDamage: (why) => {
      heard.damage = why
    },
  })
  return { log, heard, stop }
}

test('[L3] a follower gets what comes after what the store has, and no more', async (t) => {
  const nats = new FakeNats()
  nats.add('a', 'b')
  const fresh = await followed(t, nats, { position: 0, recordId: '' })
  const late = await followed(t, nats, { position: 2, recordId: 'b' })
  await eventually(t, () => assert.equal(fresh.heard.records.length, 2))
  nats.add('c')
  await eventually(t, () => assert.deepEqual(late.heard.records, [[3, 'c']]))
  await eventually(t, () => assert.equal(fresh.heard.records.length, 3))
  late.stop()
  nats.add('d')
  await eventually(t, () => assert.equal(fresh.heard.records.length, 4))
  assert.deepEqual(late.heard, { records: [[3, 'c']], reach: ['within'], damage: '' })
})

test('[P3] a history that does not hold what the store has is damage', async (t) => {
  const nats = new FakeNats()
  nats.add('a', 'x', 'y')
  const { heard } = await followed(t, nats, { position: 2, recordId: 'b' })
  await eventually(t, () => assert.notEqual(heard.damage, ''))
  assert.equal(heard.damage, 'the log has "x" at 2 where "b" at 2 was applied')
  assert.deepEqual([heard.records, heard.reach.at(-1)], [[], heard.damage])
})

test('[P3] also one that the log came back with before anything new was heard', async (t) => {
  const nats = new FakeNats()
  nats.add('a', 'b')
  nats.cut('no leader')
  const { heard } = await followed(t, nats, { position: 2, recordId: 'b' })
  await eventually(t, () => assert.deepEqual(heard.reach, ['no leader']))
  nats.records = nats.records.slice(0, 1)
  nats.add('x', 'y')
  nats.heal()
  await eventually(t, () => assert.match(heard.damage, /has "x" at 2/))
})
