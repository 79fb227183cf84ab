import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Position } from '@starling/core/log/record'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { FakeNats } from './fake-nats.test-fixture.ts'
import { GuardedLog } from './guarded-log.ts'

const nothing = { position: 0, recordId: '' }

interface Followed {
  readonly nats: FakeNats
  readonly log: GuardedLog<Awaited<ReturnType<FakeNats['open']>>>
  readonly records: [Position, string][]
  readonly reach: string[]
  readonly damage: string[]
}

async function followed(t: TestContext, nats = new FakeNats()): Promise<Followed> {
  const log = new GuardedLog({ log: await nats.open(undefined), standing: () => nothing })
  const seen = {
    records: [] as [Position, string][],
    reach: [] as string[],
    damage: [] as string[],
  }
  log.follow(0, {
    onRecords: (records) => {
      for (const { position, record } of records) seen.records.push([position, record.id])
    },
    onReach: (canAppend, why) => seen.reach.push(canAppend ? 'within' : why),
    onDamage: (why) => seen.damage.push(why),
  })
  t.after(() => log.close())
  return { nats, log, ...seen }
}

test('[L3] after a time out of reach each record comes once, in order', async (t) => {
  const { nats, records, reach, damage } = await followed(t)
  nats.add('a', 'b')
  await eventually(t, () => assert.equal(records.length, 2))
  nats.cut('no leader')
  await eventually(t, () => assert.deepEqual(reach, ['within', 'no leader']))
  nats.heal()
  nats.add('c')
  await eventually(t, () => assert.equal(records.length, 3))
  nats.add('d')
  await eventually(t, () => assert.equal(records.length, 4))
  assert.deepEqual(records, [
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
    [4, 'd'],
  ])
  assert.deepEqual([reach.at(-1), damage], ['within', []])
})

test('[P3] a log that lost records and gave their numbers to others is damage', async (t) => {
  const { nats, records, reach, damage } = await followed(t)
  nats.add('a', 'b', 'c')
  await eventually(t, () => assert.equal(records.length, 3))
  nats.cut('no leader')
  await eventually(t, () => assert.equal(reach.at(-1), 'no leader'))
  nats.records = nats.records.slice(0, 1)
  nats.add('x', 'y', 'z')
  nats.heal()
  await eventually(t, () => assert.equal(damage.length, 1))
  assert.deepEqual(damage, ['the log has "y" at 3 where "c" was applied'])
  assert.equal(reach.at(-1), damage[0])
  assert.equal(records.length, 3)
})

test('[P3] a log that ends before what was followed is damage', async (t) => {
  const { nats, records, reach, damage } = await followed(t)
  nats.add('a', 'b')
  await eventually(t, () => assert.equal(records.length, 2))
  nats.cut('no leader')
  await eventually(t, () => assert.equal(reach.at(-1), 'no leader'))
  nats.records = []
  nats.heal()
  await eventually(t, () => {
    assert.deepEqual(damage, ['the log ends at 0, but up to 2 was applied here'])
  })
})

test('what the guard cannot ask now it asks again', async (t) => {
  const { nats, log, records, reach, damage } = await followed(t)
  nats.add('a')
  await eventually(t, () => assert.equal(records.length, 1))
  const [handle] = nats.handles
  nats.cut('no leader')
  await eventually(t, () => assert.equal(reach.at(-1), 'no leader'))
  // Within reach for a moment: long enough for the guard to begin, not to be answered.
  const head = handle!.head.bind(handle)
  let refused = 0
  handle!.head = async () => {
    refused += 1
    nats.trouble = refused < 3 ? 'no leader again' : ''
    return head()
  }
  nats.heal()
  nats.records.push({ id: 'b', at: 1, ops: [] })
  await eventually(t, () => assert.equal(records.length, 2))
  assert.equal(refused, 3)
  assert.deepEqual(damage, [])
  assert.ok(reach.includes('no leader again'))
  assert.equal(await log.head(), 2)
})

test('[L5] a follower that stopped hears nothing of what the guard finds', async (t) => {
  const nats = new FakeNats()
  const log = new GuardedLog({ log: await nats.open(undefined), standing: () => nothing })
  t.after(() => log.close())
  const heard: string[] = []
  const stop = log.follow(0, {
    onRecords: () => heard.push('records'),
    onReach: (canAppend) => heard.push(String(canAppend)),
    onDamage: () => heard.push('damage'),
  })
  await eventually(t, () => assert.deepEqual(heard, ['true']))
  nats.cut('no leader')
  await eventually(t, () => assert.deepEqual(heard, ['true', 'false']))
  stop()
  nats.heal()
  nats.add('a')
  const again: number[] = []
  log.follow(0, { onRecords: (records) => again.push(records.length), onReach: () => {} })
  await eventually(t, () => assert.deepEqual(again, [1]))
  assert.deepEqual(heard, ['true', 'false'])
})
