import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { logContract } from '@starling/core/log/log-contract.test-suite'
import { eventually } from '../../telemetry/eventually.test-fixture.ts'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import { madeLog, openAccounts, openLog, Streams, settingsFor } from './open-logs.test-fixture.ts'
import { Reader, recordOf } from './writer-and-reader.test-fixture.ts'

let cluster: NatsCluster
const streams = new Streams()

before(async () => {
  cluster = await NatsCluster.start({ size: 3, lines: openAccounts })
})
after(() => cluster.close())

logContract('NatsLog', () => madeLog(settingsFor(cluster, { stream: streams.next() })))

test('[L15] four backends that make the log at once all find the same', async () => {
  const settings = settingsFor(cluster, { stream: streams.next() })
  const names = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']
  const logs = await Promise.all(names.map((name) => openLog(settings, { name })))
  assert.equal(new Set(logs.map(({ identity }) => identity)).size, 1)
  const readers = logs.map((log) => new Reader(log))
  await Promise.all(logs.map((log, at) => log.append(recordOf(`r${at}`))))
  for (const reader of readers) await reader.upTo(4)
  for (const reader of readers) assert.deepEqual(reader.ids, readers[0]!.ids)
  await Promise.all(logs.map((log) => log.close()))
})

test('an operator sees who leads, how the replicas are and what is held', async (context) => {
  const log = await openLog(settingsFor(cluster, { stream: streams.next() }))
  await log.append(recordOf('one'))
  await eventually(context, () => assert.equal(log.view().head, 1))
  const { leader, replicas, connectedTo, records, bytes, ageMs, ...rest } = log.view()
  assert.deepEqual(
    replicas.map(({ server, isOffline }) => [server, isOffline]),
    [
      ['n1', false],
      ['n2', false],
      ['n3', false],
    ],
  )
  assert.deepEqual(replicas.filter(({ isLeader }) => isLeader).length, 1)
  assert.ok(replicas.some(({ server }) => server === leader))
  assert.ok(replicas.some(({ server }) => server === connectedTo))
  assert.deepEqual([records, bytes > 0, ageMs < 1_000], [1, true, true])
  assert.deepEqual(
    [rest.identity, rest.canAppend, rest.why, rest.appendsInFlight, rest.bytesMax],
    [log.identity, true, '', 0, 64 * 1024 * 1024],
  )
  await log.close()
})

test('nothing is left open by a handle that was closed', async () => {
  const settings = settingsFor(cluster, { stream: streams.next() })
  await (await openLog(settings)).close()
  const before = process.getActiveResourcesInfo()
  const log = await openLog(settings)
  new Reader(log)
  void log.append(recordOf('one')).catch(() => undefined)
  await log.close()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(process.getActiveResourcesInfo().sort(), before.sort())
})
