import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { connect } from '@nats-io/transport-node'
import { LogError } from '@starling/core/log/log'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import { NatsLine } from './nats-line.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsSettings } from './nats-settings.ts'
import type { NatsNotice } from './nats-view.ts'
import { openAccounts, openLog, Streams, settingsFor } from './open-logs.test-fixture.ts'
import { ServersCheck } from './servers-check.ts'
import { findUnsafe } from './servers-guard.ts'
import { recordOf } from './writer-and-reader.test-fixture.ts'

let cluster: NatsCluster
const streams = new Streams()

before(async () => {
  cluster = await NatsCluster.start({ size: 1, lines: openAccounts })
})
after(() => cluster.close())

function settings(some: Partial<NatsSettings> = {}): NatsSettings {
  return settingsFor(cluster, { stream: streams.next(), ...some })
}

async function refusalOf(wanted: NatsSettings): Promise<NatsRefusal> {
  try {
    await (await openLog(wanted)).close()
  } catch (error) {
    assert.ok(error instanceof NatsRefusal, String(error))
    return error
  }
  return assert.fail('it was opened')
}

/** As somebody else made it. */
async function makeStream(name: string, config: object): Promise<void> {
  const connection = await connect({ servers: cluster.addresses[0]! })
  const whole = { name, subjects: [`${name}.log`], ...config }
  const answer = await connection.request(`$JS.API.STREAM.CREATE.${name}`, JSON.stringify(whole))
  assert.equal(answer.json<{ error?: unknown }>().error, undefined)
  await connection.close()
}

test('[L14] each wrong setting of a stream is named with its remedy', async () => {
  const wanted = settings()
  const { stream } = wanted
  const metadata = { incarnation: 'one', format: '1' }
  await makeStream(stream, {
    subjects: [`${stream}.log`, `${stream}.other`],
    storage: 'memory',
    discard: 'old',
    max_msgs: 1_000,
    max_age: 3_600e9,
    metadata,
  })
  const { found, remedy } = await refusalOf(wanted)
  for (const each of [
    `subjects = ${stream}.log,${stream}.other`,
    'no republishing',
    'storage = memory',
    'discard = old',
    'max_age = 3600000000000 ns',
    'max_msgs = 1000',
    'duplicate_window = 120000 ms',
    'allow_direct = false',
    'deny_delete = false',
    'deny_purge = false',
  ]) {
    assert.ok(found.includes(each), `${each} in ${found}`)
  }
  assert.ok(remedy.includes(`nats stream edit ${stream} --dupe-window 300s`), remedy)
  assert.ok(remedy.includes('it cannot be changed: name another stream'), remedy)
})

test('[L14] a stream of somebody else, or of another version, is left alone', async () => {
  const other = settings()
  await makeStream(other.stream, {})
  assert.match((await refusalOf(other)).found, /was not made by Starling/)
  const newer = settings()
  await makeStream(newer.stream, { metadata: { incarnation: 'one', format: '99' } })
  assert.match((await refusalOf(newer)).found, /holds records of format 99/)
})

test('[L14] more replicas than there are servers are refused with the remedy', async () => {
  const { found, remedy } = await refusalOf(settings({ replicas: 3 }))
  assert.match(found, /NATS refuses making the stream: replicas > 1 not supported/)
  assert.match(remedy, /Set nats.replicas to 1/)
})

test('[L14] servers of which one cannot know how they store are refused', async () => {
  const { system: _, ...wanted } = settings()
  const { found, remedy } = await refusalOf(wanted)
  assert.match(found, /whether n1 store before they acknowledge is not known/)
  assert.match(remedy, /nats\.systemUser .* import .*allowUnsafe = true/)
})

test('[L14] old servers, and one replica of several, are unsafe', () => {
  const server = (name: string, ver: string) => {
    const data = { config: { sync_always: true } }
    return { server: { name, ver, jetstream: true }, data }
  }
  const safe = [server('n1', '2.15.1'), server('n2', '2.16.0')]
  const wanted = settings({ replicas: 3 })
  assert.deepEqual(findUnsafe({ all: safe, storing: safe }, wanted), [])
  const mixed = [...safe, server('n3', '2.9.10')]
  const found = findUnsafe({ all: mixed, storing: mixed }, { ...wanted, replicas: 1 })
  assert.deepEqual(
    found.map((unsafe) => unsafe.found),
    [
      'server n3 is version 2.9.10; those before 2.15.1 may lose records',
      'there are several servers, but 1 of them hold each record',
    ],
  )
})

interface Checked {
  readonly check: ServersCheck
  readonly notices: NatsNotice[]
}

async function checkOf(context: TestContext, wanted: NatsSettings): Promise<Checked> {
  const notices: NatsNotice[] = []
  const opened = Promise.withResolvers<void>()
  const line = new NatsLine({
    settings: wanted,
    login: wanted.login,
    name: 'checker',
    onOpen: opened.resolve,
    onClose: () => {},
    onRefused: () => {},
    onComplaint: () => {},
  })
  context.after(() => line.close())
  await opened.promise
  const onNotice = (notice: NatsNotice) => notices.push(notice)
  return { check: new ServersCheck({ line, settings: wanted, name: 'checker', onNotice }), notices }
}

test('[L14] a server that acknowledges before it has stored is found out', async (context) => {
  const lazy = await NatsCluster.start({ size: 1, lines: openAccounts, isSyncAlways: false })
  context.after(() => lazy.close())
  const wanted = settingsFor(lazy, {})
  const why = /server n1 acknowledges before it has stored \(no "sync_interval: always"\)/
  const { found, remedy } = await refusalOf(wanted)
  assert.match(found, why)
  assert.match(remedy, /Put "sync_interval: always" .* set nats\.allowUnsafe = true/)

  const notices: NatsNotice[] = []
  const onNotice = (notice: NatsNotice) => notices.push(notice)
  const log = await openLog({ ...wanted, isUnsafeAllowed: true }, { onNotice })
  assert.equal(log.warnings.length, 1)
  assert.match(log.warnings[0]!, /^Acknowledged messages may be lost: server n1 acknowledges/)
  assert.deepEqual(notices, [{ level: 'warn', text: log.warnings[0] }])
  await log.close()

  // A server that comes back otherwise configured is found out later.
  const later = await checkOf(context, wanted)
  await later.check.checkAgain(undefined)
  await later.check.checkAgain(undefined)
  assert.deepEqual(
    later.notices.map(({ level }) => level),
    ['error'],
  )
  await lazy.stop(0)
  lazy.configure(lazy.servers[0]!, { size: 1, lines: openAccounts })
  await lazy.startAll()
  const again = await checkOf(context, wanted)
  again.check.accept([{ found: 'so', remedy: 'so' }])
  await again.check.checkAgain(undefined)
  assert.deepEqual(
    again.notices.map(({ level }) => level),
    ['warn', 'info'],
  )
})

test('[L14] servers that take no messages of a record’s size are refused', async (context) => {
  const small = await NatsCluster.start({ size: 1, lines: [...openAccounts, 'max_payload: 64KB'] })
  context.after(() => small.close())
  const { found, remedy } = await refusalOf(settingsFor(small, {}))
  assert.match(found, /server n1 takes messages of at most 65536 bytes; Starling needs 1048576/)
  assert.match(remedy, /max_payload: 1MB/)
})

test('[L5] a full log and a record that is too large are told apart', async (context) => {
  const log = await openLog(settings({ bytesMax: 400_000 }))
  context.after(() => log.close())
  const isCoded = (code: string) => (error: unknown) =>
    error instanceof LogError && error.code === code && error.landed === 'no'
  const huge = recordOf('huge', 'x'.repeat(1_100_000))
  await assert.rejects(log.append(huge), isCoded('too-large'))
  await log.append(recordOf('first', 'x'.repeat(300_000)))
  await assert.rejects(log.append(recordOf('second', 'x'.repeat(300_000))), isCoded('full'))
  assert.equal(await log.append(recordOf('third')), 2)
})
