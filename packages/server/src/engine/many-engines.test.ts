import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { LogRecord, PositionedRecord } from '@starling/core/log/record'
import { Replica } from '@starling/core/room/apply'
import { MemoryStore } from '@starling/core/room/memory-store'
import type { Store } from '@starling/core/room/store'
import { startLogProcesses } from '../log/sqlite/log-process-handle.test-fixture.ts'
import { scratchDirectory } from '../log/sqlite/scratch-directory.test-fixture.ts'
import { openSqliteEngine } from './sqlite-engine.ts'

const names = ['p1', 'p2', 'p3', 'p4']
const script = join(import.meta.dirname, 'engine-process.test-fixture.ts')

function makeReplica(store: Store): Replica {
  return new Replica({ store })
}

/** Everybody is in the lobby. */
async function prepare(directory: string): Promise<void> {
  const { log, close } = await openSqliteEngine({ directory, name: 'first', makeReplica })
  const guests = names.map((user) => ({ kind: 'guest', user, name: user, device: user }) as const)
  const enter = names.map((by) => {
    const op = by === 'p1' ? create : ({ kind: 'join' } as const)
    return { kind: 'room', by, room: 'lobby', outbox: `o-${by}`, number: 1, op } as const
  })
  const record: LogRecord = { id: 'prepare', at: 1, ops: [...guests, ...enter] }
  await log.append(record)
  await close()
}

const create = { kind: 'create', room: 'public', name: 'Lobby' } as const

async function startAll(context: TestContext, directory: string) {
  return startLogProcesses(
    context,
    names.map((name) => ({ directory, name, script })),
  )
}

/** The same log applied to the store in memory, which is the specification. */
async function replayed(context: TestContext, directory: string) {
  const { log, store, close } = await openSqliteEngine({ directory, name: 'last', makeReplica })
  context.after(close)
  const head = await log.head()
  const expected = new MemoryStore()
  const replica = makeReplica(expected)
  const { promise, resolve } = Promise.withResolvers<void>()
  log.follow(0, {
    onRecords: (records: readonly PositionedRecord[]) => {
      for (const { position, record } of records) replica.apply(position, record)
      if (expected.position === head) resolve()
    },
    onReach: () => undefined,
  })
  await promise
  return { expected, found: store }
}

test('[P1] engines killed under load lose nothing and apply each record once', async (context) => {
  const directory = scratchDirectory(context)
  await prepare(directory)
  const acknowledged: string[] = []
  for (let round = 0; round < 3; round += 1) {
    const all = await startAll(context, directory)
    for (const one of all) one.order({ kind: 'append', count: 100_000, atOnce: 1 })
    for (const one of all) {
      await one.until('some posts', () => one.appended.size > 30)
      one.kill('SIGKILL')
    }
    for (const one of all) await one.ended()
    acknowledged.push(...all.flatMap((one) => [...one.appended.keys()]))
  }
  const { expected, found } = await replayed(context, directory)
  assert.equal(found.position, expected.position)
  const entries = found.entries('lobby', 1, 1_000_000)
  assert.deepEqual(entries, expected.entries('lobby', 1, 1_000_000))
  assert.deepEqual(found.room('lobby'), expected.room('lobby'))
  const all = entries.map(({ outbox, number }) => `${outbox} ${number}`)
  const sends = new Set(all)
  assert.equal(sends.size, all.length)
  assert.deepEqual(
    acknowledged.filter((one) => !sends.has(one)),
    [],
  )
})
