import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, PositionedRecord } from '@starling/core/log/record'
import { scratchDirectory } from './scratch-directory.test-fixture.ts'
import { SqliteFile } from './sqlite-file.ts'
import { SqliteLog, type WithinAppend } from './sqlite-log.ts'

const waitMsMax = 30_000

function record(id: string, bytes = 0): LogRecord {
  return { id, at: 1, ops: [{ kind: 'guest', user: 'u', name: 'x'.repeat(bytes), device: 'd' }] }
}

class Witness implements LogFollower {
  readonly seen: string[] = []
  readonly reach: [boolean, string][] = []
  #check: () => void = () => {}

  onRecords(records: readonly PositionedRecord[]): void {
    this.seen.push(...records.map((one) => one.record.id))
    this.#check()
  }

  onReach(canAppend: boolean, why: string): void {
    this.reach.push([canAppend, why])
    this.#check()
  }

  async until(isSo: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error('waited in vain')), waitMsMax)
    this.#check = () => {
      if (isSo()) resolve()
    }
    this.#check()
    await promise.finally(() => clearTimeout(timer))
  }
}

async function openLog(context: TestContext, within?: (file: SqliteFile) => WithinAppend) {
  const file = await SqliteFile.open({ directory: scratchDirectory(context), name: 'a' })
  const log = new SqliteLog(file, within?.(file))
  context.after(() => log.close())
  return { file, log }
}

/** Another program takes the write lock. */
function lock(context: TestContext, file: SqliteFile): DatabaseSync {
  const other = new DatabaseSync(file.path)
  context.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  return other
}

function isRefusal(code: LogError['code'], landed: LogError['landed']) {
  return (error: unknown) =>
    error instanceof LogError && error.code === code && error.landed === landed
}

test('[P8] a full disk refuses appends until there is room again', async (context) => {
  const { file, log } = await openLog(context)
  const witness = new Witness()
  log.follow(0, witness)
  await log.append(record('before'))
  const pages = Number(file.db.prepare('PRAGMA page_count').get()?.page_count)
  file.db.exec(`PRAGMA max_page_count = ${pages + 5}`)
  const refused = ['big-1', 'big-2'].map((id) => log.append(record(id, 50_000)))
  for (const one of refused) await assert.rejects(one, isRefusal('full', 'no'))
  await witness.until(() => witness.reach.length === 2)
  assert.equal(witness.reach[1]?.[0], false)
  assert.match(witness.reach[1]?.[1] ?? '', /starling\.db: the disk is full/)
  assert.equal(await log.head(), 1)
  file.db.exec('PRAGMA max_page_count = 1000000')
  await witness.until(() => witness.reach.length === 3)
  assert.deepEqual(witness.reach[2], [true, ''])
  assert.equal(await log.append(record('big-1', 50_000)), 2)
  await witness.until(() => witness.seen.length === 2)
  assert.deepEqual(witness.seen, ['before', 'big-1'])
})

test('[P1] when a record cannot be applied, nothing of its commit stands', async (context) => {
  let applied = 0
  const { log } = await openLog(context, () => ({
    get position() {
      return applied
    },
    apply: (position, { id }) => {
      if (id === 'bad') throw new Error('cannot apply this')
      applied = position
      return { position, outcomes: [], rooms: [], digest: '' }
    },
    batch: (work) => work(),
  }))
  const good = log.append(record('good'))
  const bad = log.append(record('bad'))
  await assert.rejects(good, isRefusal('unavailable', 'no'))
  await assert.rejects(bad, /cannot apply this/)
  assert.equal(await log.head(), 0)
  applied = 0
  assert.equal(await log.append(record('good')), 1)
})

test('[P7] while an append waits for the lock everything else goes on', async (context) => {
  const { file, log } = await openLog(context)
  const other = lock(context, file)
  let turns = 0
  const counting = setInterval(() => {
    turns += 1
  }, 1)
  const waiting = log.append(record('waits'))
  while (turns < 20) await new Promise((resolve) => setImmediate(resolve))
  clearInterval(counting)
  other.exec('COMMIT')
  assert.equal(await waiting, 1)
})

test('[P7] an append that waits too long for the lock is refused', async (context) => {
  const directory = scratchDirectory(context)
  const file = await SqliteFile.open({ directory, name: 'a', lockWaitMsMax: 50 })
  const log = new SqliteLog(file)
  context.after(() => log.close())
  const other = lock(context, file)
  const witness = new Witness()
  log.follow(0, witness)
  await assert.rejects(log.append(record('waits')), isRefusal('unavailable', 'no'))
  await witness.until(() => witness.reach.length === 2)
  assert.match(witness.reach[1]?.[1] ?? '', /another program has held the write lock/)
  other.exec('COMMIT')
  await witness.until(() => witness.reach.at(-1)?.[0] === true)
  assert.equal(await log.append(record('waits')), 1)
})

test('[P7] an append that waits is refused when the log is closed', async (context) => {
  const { file, log } = await openLog(context)
  const other = lock(context, file)
  const refused = assert.rejects(log.append(record('waits')), isRefusal('closed', 'no'))
  await log.close()
  await refused
  other.exec('COMMIT')
})

test('[P3] nothing is handed over past a record that cannot be read', async (context) => {
  const { file, log } = await openLog(context)
  for (const id of ['a', 'b', 'c']) await log.append(record(id))
  file.db.exec("UPDATE records SET record = '{' WHERE position = 2")
  const witness = new Witness()
  log.follow(0, witness)
  await witness.until(() => witness.reach.length > 1)
  assert.match(witness.reach[1]?.[1] ?? '', /position 2 is not JSON/)
  assert.deepEqual(witness.seen, [])
})

test('followers are woken again after the doorbell was moved away', async (context) => {
  const directory = scratchDirectory(context)
  const writer = await SqliteLog.open({ directory, name: 'writer' })
  const reader = await SqliteLog.open({ directory, name: 'reader' })
  context.after(() => writer.close())
  context.after(() => reader.close())
  const witness = new Witness()
  reader.follow(0, witness)
  await writer.append(record('a'))
  await witness.until(() => witness.seen.length === 1)
  fs.renameSync(`${directory}/doorbell`, `${directory}/elsewhere`)
  await writer.append(record('b'))
  await witness.until(() => witness.seen.length === 2)
  await writer.append(record('c'))
  await witness.until(() => witness.seen.length === 3)
  assert.deepEqual(witness.seen, ['a', 'b', 'c'])
})
