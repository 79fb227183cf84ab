import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Replica } from '@starling/core/room/apply'
import { scratchDirectory } from '../log/sqlite/scratch-directory.test-fixture.ts'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { StartError, type StartErrorCode } from '../telemetry/start-error.ts'
import { FakeNats } from './fake-nats.test-fixture.ts'
import {
  type NatsEngine,
  type NatsEngineOptions,
  natsEngineTuning,
  openNatsEngine,
  type WantedSnapshot,
} from './nats-engine.ts'
import { StoreFolder } from './store-folder.ts'

interface Cluster {
  readonly nats: FakeNats
  readonly folder: string
  readonly notices: string[]
  open(change?: Partial<NatsEngineOptions>): Promise<NatsEngine>
  /** Opens, applies all that the log has, and closes. */
  bringUp(change?: Partial<NatsEngineOptions>): Promise<void>
}

function cluster(t: TestContext, nats = new FakeNats()): Cluster {
  const folder = scratchDirectory(t)
  const notices: string[] = []
  const open = async (change: Partial<NatsEngineOptions> = {}): Promise<NatsEngine> => {
    const engine = await openNatsEngine({
      folder: StoreFolder.take(folder),
      openLog: async (identity) => nats.open(identity),
      takeSnapshot: async () => undefined,
      isRebuild: false,
      tuning: natsEngineTuning,
      onNotice: (level, text) => notices.push(`${level}: ${text}`),
      ...change,
    })
    t.after(() => engine.close())
    return engine
  }
  const bringUp = async (change: Partial<NatsEngineOptions> = {}): Promise<void> => {
    const engine = await open(change)
    await applyAll(t, engine, nats)
    await engine.close()
  }
  return { nats, folder, notices, open, bringUp }
}

async function applyAll(t: TestContext, { log, store }: NatsEngine, nats: FakeNats): Promise<void> {
  const replica = new Replica({ store })
  log.follow(store.position, {
    onRecords: (records) => {
      for (const { position, record } of records) replica.apply(position, record)
    },
    onReach: () => {},
  })
  await eventually(t, () => assert.equal(store.position, nats.records.length))
}

function refuses(code: StartErrorCode, found: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof StartError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, found)
    return true
  }
}

function kept(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /^store\.db\.set-aside-[-0-9TZ.]+$/.test(name))
}

test('[P1] a store goes on from where it stood', async (t) => {
  const { nats, open, bringUp, notices } = cluster(t)
  nats.add('a', 'b', 'c')
  await bringUp()
  const { store } = await open()
  assert.deepEqual([store.position, store.trail.recordId], [3, 'c'])
  assert.deepEqual(notices, [])
})

test('[P3] a log that lost what was applied is not followed', async (t) => {
  const { nats, folder, open, bringUp } = cluster(t)
  nats.add('a', 'b', 'c')
  await bringUp()
  nats.records = nats.records.slice(0, 2)
  await assert.rejects(open(), refuses('log-went-back', /ends at 2, but up to 3 was applied/))
  nats.add('x', 'y')
  await assert.rejects(open(), refuses('log-went-back', /has "x" at 3 where "c" was applied/))
  assert.deepEqual(kept(folder), [], 'the store is left as it is')
  const { store } = await open({ isRebuild: true })
  assert.equal(store.position, 0)
  assert.equal(kept(folder).length, 1)
})

test('[P3] a store is not used with another log', async (t) => {
  const { nats, open, bringUp } = cluster(t)
  nats.add('a')
  await bringUp()
  nats.identity = 'STARLING/two'
  nats.add('b', 'c')
  await assert.rejects(open(), refuses('log-refused', /STARLING\/two, not STARLING\/one/))
  const { store } = await open({ isRebuild: true })
  assert.equal(store.position, 0)
})

test('a store that cannot be read is set aside, the newest one only, and made anew', async (t) => {
  const { nats, folder, bringUp, notices } = cluster(t)
  nats.add('a')
  for (let round = 0; round < 2; round += 1) {
    await bringUp()
    for (const end of ['-wal', '-shm']) assert.ok(!existsSync(join(folder, `store.db${end}`)))
    writeFileSync(join(folder, 'store.db'), 'no database at all'.repeat(1_000))
  }
  await bringUp()
  assert.equal(kept(folder).length, 1)
  assert.equal(notices.filter((line) => /^error: the store cannot be read/.test(line)).length, 2)
})

test('[P7] an empty or far store asks for a snapshot beyond where it stands', async (t) => {
  const { nats, open, bringUp, notices } = cluster(t)
  const wants: WantedSnapshot[] = []
  const tuning = { ...natsEngineTuning, emptyReplayRecordsMax: 2, replayRecordsMax: 4 }
  const takeSnapshot = async (want: WantedSnapshot): Promise<undefined> => {
    wants.push(want)
  }
  nats.add('a', 'b')
  await bringUp({ tuning, takeSnapshot })
  nats.add('c', 'd', 'e', 'f')
  await (await open({ tuning, takeSnapshot })).close()
  assert.deepEqual(wants, [], 'it lacks too little')
  nats.add('g')
  await (await open({ tuning, takeSnapshot })).close()
  assert.equal(notices.at(-1), 'info: applying 5 records of the log')
  const other = cluster(t, nats)
  await (await other.open({ tuning, takeSnapshot })).close()
  assert.deepEqual(
    wants.map(({ log, above }) => [log, above]),
    [
      ['STARLING/one', 2],
      ['STARLING/one', 0],
    ],
  )
})

const eager = { ...natsEngineTuning, emptyReplayRecordsMax: 0, replayRecordsMax: 0 }

/** As a backend whose store is that one would give it. */
async function copyIn(engine: NatsEngine, path: string): Promise<{ from: string }> {
  const copy = await engine.copy()
  copyFileSync(copy.path, path)
  return { from: 'other' }
}

test('a snapshot of another backend becomes the store', async (t) => {
  const { nats, open, folder } = cluster(t)
  const other = cluster(t, nats)
  nats.add('a', 'b', 'c')
  const source = await other.open()
  await applyAll(t, source, nats)
  nats.add('d')
  const takeSnapshot = ({ path }: WantedSnapshot) => copyIn(source, path)
  const engine = await open({ tuning: eager, takeSnapshot })
  assert.ok(engine.store.position >= 3)
  await applyAll(t, engine, nats)
  assert.deepEqual(engine.store.trail, source.store.trail)
  assert.ok(!readdirSync(folder).some((name) => name.includes('part')))
})

test('[P3] a snapshot of another log, or of another history, is dropped', async (t) => {
  const nats = new FakeNats()
  nats.add('a', 'b', 'c')
  const others = [new FakeNats(), new FakeNats()]
  others[0]!.identity = 'STARLING/two'
  for (const other of others) other.add('x', 'y')
  for (const strange of others) {
    const source = await cluster(t, strange).open()
    await applyAll(t, source, strange)
    const takeSnapshot = ({ path }: WantedSnapshot) => copyIn(source, path)
    const { open, folder } = cluster(t, nats)
    const engine = await open({ tuning: eager, takeSnapshot })
    assert.equal(engine.store.position, 0)
    assert.ok(!readdirSync(folder).some((name) => name.includes('part')))
    await applyAll(t, engine, nats)
  }
})

test('[P3] a hole in the log is passed by a snapshot alone', async (t) => {
  const { nats, open, bringUp } = cluster(t)
  nats.add('a', 'b')
  await bringUp()
  nats.add('c', 'd')
  const source = await cluster(t, nats).open()
  await applyAll(t, source, nats)
  nats.records[2] = undefined
  await assert.rejects(open(), refuses('log-damaged', /nothing that can be read at 3/))
  const takeSnapshot = ({ path }: WantedSnapshot) => copyIn(source, path)
  assert.equal((await open({ takeSnapshot })).store.position, 4)
})

test('a log out of reach is waited for, then the start is given up', async (t) => {
  const { nats, open, notices } = cluster(t)
  nats.cut('connection refused')
  const tuning = { ...natsEngineTuning, logWaitMsMax: 20, logRetryMs: 1 }
  await assert.rejects(open({ tuning }), refuses('log-unreachable', /connection refused/))
  assert.deepEqual(notices, ['warn: waiting for the log: connection refused'])
  const opening = open({ tuning: { ...tuning, logWaitMsMax: 60_000 } })
  await eventually(t, () => assert.equal(notices.length, 2))
  nats.heal()
  assert.equal((await opening).store.position, 0)
})

test('a folder serves one process of one backend', async (t) => {
  const { folder, open } = cluster(t)
  const engine = await open()
  assert.throws(() => StoreFolder.take(folder), refuses('store-taken', /in use/))
  await engine.setAside()
  assert.equal(kept(folder).length, 1)
  StoreFolder.take(folder).release()
})
