import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { LogError } from '@starling/core/log/log'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import type { NatsLog } from './nats-log.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsSettings } from './nats-settings.ts'
import { openAccounts, openLog, Streams, settingsFor } from './open-logs.test-fixture.ts'
import { Reader, recordOf } from './writer-and-reader.test-fixture.ts'

let cluster: NatsCluster
const streams = new Streams()

before(async () => {
  cluster = await NatsCluster.start({ size: 1, lines: openAccounts })
})
after(() => cluster.close())

async function administrator(context: TestContext): Promise<NatsConnection> {
  const connection = await connect({ servers: cluster.addresses[0]! })
  context.after(() => connection.close())
  return connection
}

async function open(
  context: TestContext,
  settings: NatsSettings,
  identity?: string,
): Promise<NatsLog> {
  const log = await openLog(settings, identity === undefined ? {} : { identity })
  context.after(() => log.close())
  return log
}

async function append(log: NatsLog, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) await log.append(recordOf(`r${n}`))
}

async function assertDamaged(log: NatsLog, reader: Reader, why: RegExp): Promise<void> {
  await reader.until('damage', () => reader.damages.length > 0)
  assert.match(reader.damages[0] ?? '', why)
  assert.equal(reader.canAppend, false)
  assert.match(reader.why, why)
  const isRefused = (error: unknown) => error instanceof LogError && error.code === 'damaged'
  await assert.rejects(log.append(recordOf('later')), isRefused)
  assert.deepEqual([log.view().canAppend, log.view().why], [false, reader.damages[0]])
}

test('[L12] a stream that is deleted and made again is another log', async (context) => {
  const settings = settingsFor(cluster, { stream: streams.next() })
  const log = await open(context, settings)
  const reader = new Reader(log)
  await append(log, 1, 3)
  await reader.upTo(3)
  const admin = await administrator(context)
  await admin.request(`$JS.API.STREAM.DELETE.${settings.stream}`)
  await assert.rejects(openLog(settings, { identity: log.identity }), (error: unknown) => {
    assert.ok(error instanceof NatsRefusal)
    assert.match(error.found, /was made from the log LOG1\/\S+, but .* no such stream/)
    return true
  })
  const again = await open(context, settings)
  assert.notEqual(again.identity, log.identity)
  await assertDamaged(log, reader, /was deleted and made again/)
  await assert.rejects(openLog(settings, { identity: log.identity }), /but .* have the log LOG1/)
  await again.append(recordOf('first'))
  assert.deepEqual(await again.recordAt(1), recordOf('first'))
})

test('[L12] a log that went back is damaged, whether it went on or not', async (context) => {
  const short = settingsFor(cluster, { stream: streams.next() })
  const long = settingsFor(cluster, { stream: streams.next() })
  const server = cluster.servers[0]!
  const folder = join(cluster.folder, server.name)
  const logs = [await open(context, short), await open(context, long)] as const
  for (const log of logs) await append(log, 1, 30)
  await cluster.stop(0)
  cpSync(folder, `${folder}-before`, { recursive: true })
  await cluster.startAll()
  for (const log of logs) await append(log, 31, 50)
  const readers = [new Reader(logs[0]), new Reader(logs[1])] as const
  for (const reader of readers) await reader.upTo(50)
  await cluster.kill(0)
  rmSync(folder, { recursive: true })
  cpSync(`${folder}-before`, folder, { recursive: true })
  await cluster.startAll()
  // Others went on with it: it is longer again than it was, but not the same.
  const other = await open(context, long)
  for (let n = 1; n <= 30; n += 1) await other.append(recordOf(`else${n}`))
  await assertDamaged(logs[1], readers[1], /Position 50 of the log holds another record \S+ before/)
  assert.equal(readers[1].ids.at(-1), 'r50')
  await assertDamaged(logs[0], readers[0], /ends at position 30, but 50 was there: it went back/)
})

test('[L12] a store that is ahead of the log is not let go on', async (context) => {
  const log = await open(context, settingsFor(cluster, { stream: streams.next() }))
  await append(log, 1, 3)
  const reader = new Reader(log, 5)
  await reader.until('a word', () => reader.reaches.length > 0)
  assert.equal(reader.canAppend, false)
  await assertDamaged(log, reader, /ends at position 3, but 5 was there/)
})

test('[L12] a message that is no record stops those that follow', async (context) => {
  const settings = settingsFor(cluster, { stream: streams.next() })
  const log = await open(context, settings)
  const reader = new Reader(log)
  await append(log, 1, 3)
  const admin = await administrator(context)
  await admin.request(`${settings.stream}.log`, 'no record')
  await assertDamaged(log, reader, /Record 4 of the log cannot be read/)
  assert.deepEqual(reader.ids, ['r1', 'r2', 'r3'])
  await assert.rejects(log.recordAt(4), (error: unknown) => {
    return error instanceof LogError && error.code === 'damaged'
  })
})

test('what the log has at a position can be asked for', async (context) => {
  const log = await open(context, settingsFor(cluster, { stream: streams.next() }))
  await append(log, 1, 2)
  assert.deepEqual(await log.recordAt(2), recordOf('r2'))
  assert.equal(await log.recordAt(3), undefined)
})
