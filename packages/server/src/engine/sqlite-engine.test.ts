import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { LoggedRecord } from '@starling/core/backend/backend-io'
import { LogError } from '@starling/core/log/log'
import type { Store } from '@starling/core/room/store'
import { scratchDirectory } from '../log/sqlite/scratch-directory.test-fixture.ts'
import { SqliteFile } from '../log/sqlite/sqlite-file.ts'
import { SqliteLog, sqliteLogLimits } from '../log/sqlite/sqlite-log.ts'
import type { SqliteStore } from '../store/sqlite-store.ts'
import { PostReplica, postRecord } from './post-replica.test-fixture.ts'
import {
  assembleSqliteEngine,
  openSqliteEngine,
  type SqliteEngineOptions,
} from './sqlite-engine.ts'

type Options = Partial<SqliteEngineOptions<PostReplica>>

async function open(context: TestContext, directory: string, options: Options = {}) {
  const engine = await openSqliteEngine({
    directory,
    name: 'a',
    makeReplica: (store) => new PostReplica(store),
    ...options,
  })
  context.after(() => engine.close())
  return engine
}

/** Resolves with the records after a position once there are as many. */
function records(log: SqliteLog, after: number, count: number): Promise<readonly LoggedRecord[]> {
  return new Promise((resolve) => {
    const found: LoggedRecord[] = []
    log.follow(after, {
      onRecords: (some) => {
        found.push(...some)
        if (found.length >= count) resolve(found)
      },
      onReach: () => undefined,
    })
  })
}

function texts(store: SqliteStore): readonly string[] {
  return store.entries('r', 1, 10_000).map((entry) => (entry.kind === 'post' ? entry.text : ''))
}

test('[P1] an append is durable and applied by one commit', async (context) => {
  const directory = scratchDirectory(context)
  const engine = await open(context, directory)
  const other = await open(context, directory, { name: 'b' })
  const [mine, theirs] = [records(engine.log, 0, 1), records(other.log, 0, 1)]
  assert.equal(await engine.log.append(postRecord('one')), 1)
  assert.equal(engine.store.position, 1)
  assert.deepEqual(texts(other.store), ['one'])
  const [own] = await mine
  assert.deepEqual(own?.applied?.outcomes, [{ ok: true, index: 1, at: 1 }])
  assert.deepEqual(own?.applied?.rooms[0]?.entries, engine.store.entries('r', 1, 9))
  assert.deepEqual(await theirs, [{ position: 1, record: postRecord('one') }])
})

test('[P1] all that was applied is there after the file is opened again', async (context) => {
  const directory = scratchDirectory(context)
  const before = await open(context, directory)
  await Promise.all(['one', 'two', 'three'].map((id) => before.log.append(postRecord(id))))
  await before.close()
  const parts: number[] = []
  const after = await open(context, directory, { onCatchUp: (position) => parts.push(position) })
  assert.deepEqual(texts(after.store), ['one', 'two', 'three'])
  assert.deepEqual(parts, [], 'there was nothing to apply')
})

test('[P2] a record that stands already is not applied again', async (context) => {
  const directory = scratchDirectory(context)
  const engine = await open(context, directory)
  const other = await open(context, directory, { name: 'b' })
  const again = [engine, engine, other, other].map(({ log }) => log.append(postRecord('one')))
  assert.deepEqual(await Promise.all(again), [1, 1, 1, 1])
  assert.deepEqual(texts(engine.store), ['one'])
})

test('[P8] what cannot be applied leaves neither record nor effect', async (context) => {
  const engine = await open(context, scratchDirectory(context))
  await engine.log.append(postRecord('before'))
  engine.replica.badId = 'bad'
  const both = ['good', 'bad'].map((id) => engine.log.append(postRecord(id)))
  for (const one of both) await assert.rejects(one, /cannot apply this/)
  assert.equal(await engine.log.head(), 1)
  assert.equal(engine.store.position, 1)
  assert.deepEqual(texts(engine.store), ['before'])
  assert.equal(await engine.log.append(postRecord('good')), 2)
})

test('[P8] a disk that fills while a record is applied leaves nothing of it', async (context) => {
  const options = { directory: scratchDirectory(context), name: 'a' }
  const file = await SqliteFile.open(options)
  const makeReplica = (store: Store) => new PostReplica(store)
  const { log, store, close } = await assembleSqliteEngine(file, { ...options, makeReplica })
  context.after(close)
  await log.append(postRecord('before'))
  const text = 'word '.repeat(3_000)
  let refused = 0
  // Wherever in the work the room ends: at the record, in the store's tables, in the search index.
  for (let spare = 0; spare < 24; spare += 1) {
    const pages = Number(file.db.prepare('PRAGMA page_count').get()?.page_count)
    file.db.exec(`PRAGMA max_page_count = ${pages + spare}`)
    const outcome = await log.append(postRecord(`spare-${spare}`, text)).catch((error) => error)
    assert.equal(store.position, await log.head())
    assert.equal(texts(store).length, store.position)
    if (typeof outcome === 'number') continue
    assert.ok(outcome instanceof LogError && outcome.code === 'full', String(outcome))
    refused += 1
  }
  assert.ok(refused >= 8, `${refused} were refused`)
  file.db.exec('PRAGMA max_page_count = 1000000')
  await log.append(postRecord('after'))
  assert.equal(texts(store).at(-1), 'after')
})

/** Records in a log that has no store. */
async function appendBare(directory: string, from: number, to: number): Promise<void> {
  const log = await SqliteLog.open({ directory, name: 'bare' })
  const ids = Array.from({ length: to - from + 1 }, (_, n) => `m${from + n}`)
  await Promise.all(ids.map((id) => log.append(postRecord(id))))
  await log.close()
}

function messages(to: number): readonly string[] {
  return Array.from({ length: to }, (_, n) => `m${n + 1}`)
}

test('[P1] a store that lacks part of the log is brought forward in parts', async (context) => {
  const directory = scratchDirectory(context)
  const part = sqliteLogLimits.catchUpRecordsMax
  await appendBare(directory, 1, 2 * part + 1)
  const told: [number, number][] = []
  const onCatchUp = (position: number, head: number) => told.push([position, head])
  const { store } = await open(context, directory, { onCatchUp })
  assert.deepEqual(texts(store), messages(2 * part + 1))
  assert.deepEqual(told, [
    [part, 2 * part + 1],
    [2 * part, 2 * part + 1],
    [2 * part + 1, 2 * part + 1],
  ])
})

test('[P3] an append first brings a store forward that is behind', async (context) => {
  const directory = scratchDirectory(context)
  const { log, store } = await open(context, directory)
  await log.append(postRecord('m1'))
  await appendBare(directory, 2, 300)
  assert.equal(store.position, 1)
  assert.equal(await log.append(postRecord('m301')), 301)
  assert.deepEqual(texts(store), messages(301))
})

test('a store of another version is made anew from the log, or any when asked', async (context) => {
  const directory = scratchDirectory(context)
  const first = await open(context, directory)
  for (const id of messages(3)) await first.log.append(postRecord(id))
  await first.close()
  const spoil = (sql: string) => {
    const db = new DatabaseSync(`${directory}/starling.db`)
    db.exec(sql)
    db.close()
  }
  spoil('DELETE FROM entries; UPDATE progress SET version = version - 1')
  const second = await open(context, directory)
  assert.deepEqual(texts(second.store), messages(3))
  assert.equal(second.store.search({ text: 'm2', rooms: ['r'], limit: 9 }).length, 1)
  await second.close()
  spoil('DELETE FROM entries')
  const third = await open(context, directory, { isStoreToBeRebuilt: true })
  assert.deepEqual(texts(third.store), messages(3))
  assert.equal(third.store.position, 3)
})

test('[P8] a process stops writing when another version took the store over', async (context) => {
  const directory = scratchDirectory(context)
  const { log, store } = await open(context, directory)
  const db = new DatabaseSync(`${directory}/starling.db`)
  db.exec('UPDATE progress SET version = version + 1')
  db.close()
  await assert.rejects(log.append(postRecord('one')), /Another version of Starling/)
  assert.throws(() => store.position, /restart this process/)
  assert.equal(await log.head(), 0)
})

test('[P1] a store that stands beyond its log is refused', async (context) => {
  const directory = scratchDirectory(context)
  await (await open(context, directory)).close()
  const db = new DatabaseSync(`${directory}/starling.db`)
  db.exec('UPDATE progress SET position = 7')
  db.close()
  const isDamaged = (error: unknown) => error instanceof LogError && error.code === 'damaged'
  await assert.rejects(open(context, directory), isDamaged)
})
