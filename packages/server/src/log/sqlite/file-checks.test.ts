import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { LogError } from '@starling/core/log/log'
import { scratchDirectory } from './scratch-directory.test-fixture.ts'
import { SqliteLog } from './sqlite-log.ts'

const text = 'x'.repeat(1_000)

async function appendTo(log: SqliteLog, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) {
    const op = { kind: 'guest', user: `u${n}`, name: text, device: 'd' } as const
    await log.append({ id: `r${n}`, at: 1, ops: [op] })
  }
}

/** A closed log of a hundred records. */
async function makeLog(context: TestContext) {
  const directory = scratchDirectory(context)
  const log = await SqliteLog.open({ directory, name: 'a' })
  await appendTo(log, 1, 100)
  await log.close()
  return { directory, path: join(directory, 'starling.db') }
}

/** What a crash leaves: the files as they are while the log is open, copied elsewhere. */
async function crashLog(context: TestContext) {
  const directory = scratchDirectory(context)
  const log = await SqliteLog.open({ directory, name: 'a' })
  await appendTo(log, 1, 100)
  const copy = scratchDirectory(context)
  for (const file of ['starling.db', 'starling.db-wal', 'doorbell']) {
    fs.copyFileSync(join(directory, file), join(copy, file))
  }
  await log.close()
  return { directory: copy, path: join(copy, 'starling.db') }
}

async function assertRefused(directory: string, why: RegExp): Promise<void> {
  const isRefusal = (error: unknown) => {
    assert.ok(error instanceof LogError)
    assert.equal(error.code, 'damaged')
    assert.ok(error.message.includes(join(directory, 'starling.db')), 'it names the file')
    assert.match(error.message, why)
    return true
  }
  await assert.rejects(SqliteLog.open({ directory, name: 'a' }), isRefusal)
  // Nothing stays behind that would hinder the next attempt.
  await assert.rejects(SqliteLog.open({ directory, name: 'a' }), isRefusal)
}

const remedy = /restore .* from a backup, or move it aside .* \.recover/

test('[P1] what a crash leaves is opened with all that was acknowledged', async (context) => {
  const { directory } = await crashLog(context)
  const log = await SqliteLog.open({ directory, name: 'a' })
  assert.equal(await log.head(), 100)
  await log.close()
})

test('[P1] a file of garbage is refused with the remedy', async (context) => {
  const { directory, path } = await makeLog(context)
  fs.writeFileSync(path, 'garbage '.repeat(10_000))
  await assertRefused(directory, remedy)
})

test('[P1] a truncated database is refused with the remedy', async (context) => {
  const { directory, path } = await makeLog(context)
  fs.truncateSync(path, 3 * 4096 + 100)
  await assertRefused(directory, remedy)
})

test('[P1] an emptied database is refused rather than begun anew', async (context) => {
  const { directory, path } = await makeLog(context)
  fs.truncateSync(path, 0)
  await assertRefused(directory, /log ends at position 0, but 100 was acknowledged/)
})

test('[P1] a truncated database is refused although a WAL stands beside it', async (context) => {
  const directory = scratchDirectory(context)
  const path = join(directory, 'starling.db')
  const log = await SqliteLog.open({ directory, name: 'a' })
  await appendTo(log, 1, 100)
  const checkpoint = new DatabaseSync(path)
  checkpoint.exec('PRAGMA wal_checkpoint(RESTART)')
  checkpoint.close()
  await appendTo(log, 101, 102)
  const copy = scratchDirectory(context)
  for (const file of ['starling.db', 'starling.db-wal', 'doorbell']) {
    fs.copyFileSync(join(directory, file), join(copy, file))
  }
  await log.close()
  fs.truncateSync(join(copy, 'starling.db'), 10 * 4096)
  await assertRefused(copy, remedy)
})

test('[P1] a missing database beside its WAL is refused with the remedy', async (context) => {
  const { directory, path } = await crashLog(context)
  fs.rmSync(path)
  await assertRefused(directory, /WAL/)
  assert.ok(fs.existsSync(`${path}-wal`), 'what can still be salvaged is left alone')
})

test('[P1] a truncated WAL is refused, since acknowledged records are missing', async (context) => {
  const { directory, path } = await crashLog(context)
  fs.truncateSync(`${path}-wal`, 32 + 20 * (4096 + 24))
  await assertRefused(directory, /but 100 was acknowledged/)
})

test('[P1] a page that was overwritten is refused with the remedy', async (context) => {
  const { directory, path } = await makeLog(context)
  const file = fs.openSync(path, 'r+')
  fs.writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, 9 * 4096)
  fs.closeSync(file)
  await assertRefused(directory, remedy)
})

test('the database of another program is refused and left as it was', async (context) => {
  const directory = scratchDirectory(context)
  const path = join(directory, 'starling.db')
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE songs (title TEXT)')
  other.close()
  const before = fs.readFileSync(path)
  await assertRefused(directory, /another program/)
  assert.deepEqual(fs.readFileSync(path), before)
})

test('a database of a newer version is refused', async (context) => {
  const { directory, path } = await makeLog(context)
  const newer = new DatabaseSync(path)
  newer.exec('PRAGMA user_version = 99')
  newer.close()
  await assertRefused(directory, /newer version/)
})

test('[P10] the data directory is closed to other users of the machine', async (context) => {
  const directory = scratchDirectory(context)
  const open = join(directory, 'open')
  fs.mkdirSync(open, { mode: 0o755 })
  for (const data of [open, join(directory, 'new')]) {
    await (await SqliteLog.open({ directory: data, name: 'a' })).close()
    assert.equal(fs.statSync(data).mode & 0o777, 0o700)
  }
})
