import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import type { NatsLog } from './nats-log.ts'
import { openAccounts, openLog, Streams, settingsFor } from './open-logs.test-fixture.ts'
import { assertKept, Reader, Writer } from './writer-and-reader.test-fixture.ts'

/** Told within a second of time in which this process ran, and a tick. */
const toldMsMax = 1_100

let cluster: NatsCluster
const streams = new Streams()

before(async () => {
  cluster = await NatsCluster.start({ size: 3, lines: openAccounts })
})
after(() => cluster.close())

interface Opened {
  readonly stream: string
  readonly logs: readonly NatsLog[]
}

/** Two handles on a new stream. */
async function openTwo(context: TestContext): Promise<Opened> {
  const stream = streams.next()
  const settings = settingsFor(cluster, { stream })
  const logs = [await openLog(settings), await openLog(settings, { name: 'primary-2' })]
  context.after(() => Promise.all(logs.map((log) => log.close())))
  return { stream, logs }
}

/** Each reader hears that it is cut off, soon after the fault. */
async function assertToldInTime(
  readers: readonly Reader[],
  fault: () => void | Promise<void>,
): Promise<void> {
  const beganAtMs = readers.map(({ clock }) => clock.ms)
  await fault()
  for (const [at, reader] of readers.entries()) {
    await reader.reach(false)
    const toldMs = reader.reaches.at(-1)!.ms - beganAtMs[at]!
    assert.ok(toldMs < toldMsMax, `told after ${toldMs} ms: ${reader.why}`)
  }
}

test('[P1] a planned change of the leader loses nothing and refuses nothing', async (context) => {
  const { stream, logs } = await openTwo(context)
  const readers = logs.map((log) => new Reader(log))
  const writers = logs.map((log, at) => new Writer(log, `w${at}`).start())
  await writers[0]!.more(100)
  const before = await cluster.leaderOf(stream)
  await cluster.stepDown(stream)
  await writers[0]!.more(200)
  assert.notEqual(await cluster.leaderOf(stream), before)
  await Promise.all(writers.map((writer) => writer.stop()))
  await assertKept(writers, readers)
  for (const writer of writers) assert.deepEqual(writer.failed, [])
})

test('[P1] [L13] the leader killed while records are on their way', async (context) => {
  const { stream, logs } = await openTwo(context)
  const readers = logs.map((log) => new Reader(log))
  const writers = logs.map((log, at) => new Writer(log, `w${at}`).start())
  await writers[0]!.more(200)
  const leader = await cluster.leaderOf(stream)
  await assertToldInTime(readers, () => cluster.kill(leader))
  await Promise.all(readers.map((reader) => reader.reach(true)))
  await writers[0]!.more(200)
  await cluster.start(leader)
  await Promise.all(writers.map((writer) => writer.stop()))
  for (const writer of writers) assert.deepEqual(writer.failed, [])
  const fresh = await openLog(settingsFor(cluster, { stream }))
  await assertKept(writers, [...readers, new Reader(fresh)])
  await fresh.close()
  await cluster.untilCurrent(stream)
})

test('[P1] [L13] the leader frozen while records are on their way', async (context) => {
  const { stream, logs } = await openTwo(context)
  const readers = logs.map((log) => new Reader(log))
  const writers = logs.map((log, at) => new Writer(log, `w${at}`).start())
  await writers[0]!.more(200)
  const leader = await cluster.leaderOf(stream)
  await assertToldInTime(readers, () => cluster.freeze(leader))
  await Promise.all(readers.map((reader) => reader.reach(true)))
  await writers[0]!.more(200)
  cluster.thaw(leader)
  await writers[0]!.more(200)
  await Promise.all(writers.map((writer) => writer.stop()))
  for (const writer of writers) assert.deepEqual(writer.failed, [])
  await assertKept(writers, readers)
})

test('[L13] a leader that lost its replicas is not taken for one', async (context) => {
  const { stream, logs } = await openTwo(context)
  const readers = logs.map((log) => new Reader(log))
  await Promise.all(readers.map((reader) => reader.reach(true)))
  const leader = await cluster.leaderOf(stream)
  const others = [0, 1, 2].filter((at) => at !== leader)
  await assertToldInTime(readers, () => {
    for (const at of others) cluster.freeze(at)
  })
  for (const at of others) cluster.thaw(at)
  await Promise.all(readers.map((reader) => reader.reach(true)))
})

test('[P1] all servers killed while records are on their way', async (context) => {
  const { stream, logs } = await openTwo(context)
  const readers = logs.map((log) => new Reader(log))
  const writers = logs.map((log, at) => new Writer(log, `w${at}`).start())
  await writers[0]!.more(200)
  await assertToldInTime(readers, () => cluster.killAll())
  await cluster.startAll()
  await Promise.all(readers.map((reader) => reader.reach(true)))
  await writers[0]!.more(200)
  await Promise.all(writers.map((writer) => writer.stop()))
  for (const writer of writers) assert.deepEqual(writer.failed, [])
  const fresh = await openLog(settingsFor(cluster, { stream }))
  context.after(() => fresh.close())
  await assertKept(writers, [...readers, new Reader(fresh)])
})

test('[L3] a follower beside a replica that lags skips nothing', async (context) => {
  const { stream, logs } = await openTwo(context)
  const leader = await cluster.leaderOf(stream)
  const lagging = (leader + 1) % 3
  const beside = await openLog(
    settingsFor(cluster, { stream, servers: [cluster.addresses[lagging]!] }),
  )
  context.after(() => beside.close())
  const reader = new Reader(beside)
  await reader.reach(true)
  cluster.freeze(lagging)
  const writer = new Writer(logs[0]!).start()
  await writer.more(5_000)
  cluster.thaw(lagging)
  const fresh = new Reader(beside)
  await writer.more(500)
  await writer.stop()
  await assertKept([writer], [reader, fresh])
})
