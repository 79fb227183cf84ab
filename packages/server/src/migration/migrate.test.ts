import assert from 'node:assert/strict'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { LoggedOperation } from '@starling/core/log/record'
import { Replica } from '@starling/core/room/apply'
import type { Store } from '@starling/core/room/store'
import { openSqliteEngine } from '../engine/sqlite-engine.ts'
import { originOf } from '../engine/store-origin.ts'
import { NatsCluster } from '../log/nats/nats-cluster.test-fixture.ts'
import { NatsLog } from '../log/nats/nats-log.ts'
import { openAccounts, Streams, settingsFor } from '../log/nats/open-logs.test-fixture.ts'
import { scratchDirectory } from '../log/sqlite/scratch-directory.test-fixture.ts'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { NoCopy } from './copy-log.ts'
import { migrateToNats, migrateToSqlite } from './migrate.ts'

let cluster: NatsCluster
const streams = new Streams()

before(async () => {
  cluster = await NatsCluster.start({ size: 1, lines: openAccounts })
})
after(() => cluster.close())

const settings = () => settingsFor(cluster, { stream: streams.next(), replicas: 1 })
const quiet = { say: () => undefined, keepAtRest: () => undefined }

function guest(user: string): LoggedOperation {
  return { kind: 'guest', user, name: user, device: `device of ${user}` }
}

/** Somebody makes a room and writes so many messages into it. */
async function talk(folder: string, room: string, messages: number): Promise<void> {
  const engine = await openSqliteEngine({
    ...{ directory: folder, name: 'talker' },
    makeReplica: (store) => new Replica({ store }),
  })
  const say = (number: number, op: Extract<LoggedOperation, { kind: 'room' }>['op']) =>
    engine.log.append({
      id: `${room} ${number}`,
      at: 1_700_000_000_000 + number,
      ops: [{ kind: 'room', room, by: 'ann', outbox: `out of ${room}`, number, op }],
    })
  await engine.log.append({ id: `guest for ${room}`, at: 1, ops: [guest('ann')] })
  await say(1, { kind: 'create', room: 'public', name: room })
  for (let number = 2; number < messages + 2; number += 1) {
    await say(number, { kind: 'post', text: `message ${number} 🙂` })
  }
  await engine.close()
}

function picture(store: Store) {
  const { position, trail } = store
  return { position, trail, tea: store.entries('tea', 1, 100), ann: store.entries('ann', 1, 100) }
}

function pictureOf(path: string) {
  const { store, close } = openSqliteStore(path)
  const found = picture(store)
  close()
  return found
}

test('[L20] [P1] an installation moves to nats, and back, and is the same', async (t) => {
  const [from, back] = [scratchDirectory(t), scratchDirectory(t)]
  const nats = settings()
  await talk(from, 'tea', 30)
  const moving = { dataFolder: from, backends: ['one', 'two'], nats, ...quiet }
  const moved = await migrateToNats(moving)
  assert.deepEqual([moved.position, moved.rooms, moved.operations], [32, 1, 32])
  const before = pictureOf(join(from, 'starling.db'))
  for (const name of moving.backends) {
    const seed = join(from, name, 'store.db')
    assert.deepEqual(pictureOf(seed), before)
    assert.match(originOf(seed) ?? '', new RegExp(`^${nats.stream}/`))
  }
  const returned = await migrateToSqlite({ dataFolder: back, nats, say: () => undefined })
  assert.deepEqual([returned.position, returned.operations], [32, 32])
  assert.deepEqual(pictureOf(join(back, 'starling.db')), before)
})

test('a migration can be repeated, and goes on where it was', async (t) => {
  const folder = scratchDirectory(t)
  const migration = { dataFolder: folder, backends: [], nats: settings(), ...quiet }
  await talk(folder, 'tea', 3)
  assert.equal((await migrateToNats(migration)).position, 5)
  assert.equal((await migrateToNats(migration)).position, 5)
  await talk(folder, 'coffee', 4)
  assert.deepEqual(
    { ...(await migrateToNats(migration)), restMs: 0 },
    {
      ...{ position: 11, operations: 11, rooms: 2, restMs: 0 },
    },
  )
})

test('what is written while the servers still run is moved, too', async (t) => {
  const folder = scratchDirectory(t)
  const nats = settings()
  await talk(folder, 'tea', 3)
  const server = await openSqliteEngine({
    ...{ directory: folder, name: 'primary-1' },
    makeReplica: (store) => new Replica({ store }),
  })
  const asked = Promise.withResolvers<void>()
  const say = (line: string) => {
    if (line.includes('Stop the servers')) asked.resolve()
  }
  // The server is of this process, which does not count among those that live.
  let writers: readonly string[] = ['primary-1']
  const { moveLog } = await import('./moving.ts')
  const { SqliteLog } = await import('../log/sqlite/sqlite-log.ts')
  const source = await SqliteLog.open({ directory: folder, name: 'migrate' })
  const target = await NatsLog.open(nats, { name: 'migrate', onNotice: () => undefined })
  const moving = moveLog({
    ...{ source, target, say },
    writers: () => writers,
    keepAtRest: () => {},
  })
  await asked.promise
  await server.log.append({ id: 'late', at: 2, ops: [guest('bea')] })
  writers = []
  assert.equal((await moving).position, 6)
  assert.equal((await target.recordAt(6))?.id, 'late')
  for (const log of [server, source, target]) await log.close()
})

test('[P8] a stream that holds something else is left as it is', async (t) => {
  const [tea, coffee] = [scratchDirectory(t), scratchDirectory(t)]
  const nats = settings()
  await talk(tea, 'tea', 3)
  await talk(coffee, 'coffee', 5)
  await migrateToNats({ dataFolder: tea, backends: [], nats, ...quiet })
  const other = { dataFolder: coffee, backends: ['one'], nats, ...quiet }
  await assert.rejects(() => migrateToNats(other), NoCopy)
  assert.equal(existsSync(join(coffee, 'one')), false)
  const log = await NatsLog.open(nats, { name: 'look', onNotice: () => undefined })
  assert.equal(await log.head(), 5)
  await log.close()
})

test('[L20] a copy that was tampered with is found out, room by room', async (t) => {
  const folder = scratchDirectory(t)
  const other = scratchDirectory(t)
  const nats = settings()
  await talk(folder, 'tea', 3)
  await migrateToNats({ dataFolder: folder, backends: [], nats, ...quiet })
  copyFileSync(join(folder, 'starling.db'), join(other, 'starling.db'))
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(join(other, 'starling.db'))
  database.exec("UPDATE records SET record = replace(record, 'message 3', 'massage 3')")
  database.close()
  const again = migrateToNats({ dataFolder: other, backends: [], nats, ...quiet })
  await assert.rejects(again, { name: 'Error', message: '1 rooms differ' })
})
