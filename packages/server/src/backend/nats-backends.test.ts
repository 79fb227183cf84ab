import assert from 'node:assert/strict'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { natsEngineTuning } from '../engine/nats-engine.ts'
import { NatsCluster } from '../log/nats/nats-cluster.test-fixture.ts'
import { openAccounts, Streams, settingsFor } from '../log/nats/open-logs.test-fixture.ts'
import { scratchDirectory } from '../log/sqlite/scratch-directory.test-fixture.ts'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { StartError } from '../telemetry/start-error.ts'
import { silentTrace } from '../telemetry/trace.ts'
import type { RunningBackend } from './backend-shell.ts'
import { guestInRoom } from './chat-client.test-fixture.ts'
import {
  backendSettings,
  type ChatCluster,
  type OpenEngine,
  startChatBackend,
  startChatCluster,
} from './chat-cluster.test-fixture.ts'
import { chatClusterSuite } from './chat-cluster.test-suite.ts'
import { type NatsBackendEngineOptions, openNatsBackendEngine } from './nats-backend-engine.ts'
import type { PeerBackend } from './snapshot-taker.ts'

let nats: NatsCluster
const streams = new Streams()

before(async () => {
  nats = await NatsCluster.start({ size: 1, lines: openAccounts })
})
after(() => nats.close())

type Change = Partial<NatsBackendEngineOptions>

interface Installation {
  readonly dataFolder: string
  readonly progress: string[]
  /** For a test that asks for every snapshot that may be had. */
  readonly openEngine: (change?: Change) => OpenEngine
}

function installation(t: TestContext): Installation {
  const dataFolder = scratchDirectory(t)
  const settingsOfLog = settingsFor(nats, { stream: streams.next() })
  const progress: string[] = []
  const openEngine =
    (change: Change = {}): OpenEngine =>
    (settings, peers) =>
      openNatsBackendEngine({
        ...{ settings, peers, dataFolder, nats: settingsOfLog, trace: silentTrace() },
        tuning: { ...natsEngineTuning, emptyReplayRecordsMax: 0, logWaitMsMax: 1_000 },
        onProgress: (text) => progress.push(`${settings.name}: ${text}`),
        ...change,
      })
  return { dataFolder, progress, openEngine }
}

chatClusterSuite('NATS', (t) => startChatCluster(t, installation(t).openEngine()))

function start(
  t: TestContext,
  openEngine: OpenEngine,
  peers: readonly PeerBackend[] = [],
): Promise<RunningBackend> {
  const settings = backendSettings('primary-1')
  return startChatBackend(t, settings, () => openEngine(settings, peers))
}

function peersOf({ backends }: ChatCluster): readonly PeerBackend[] {
  return backends.map(({ address }, at) => ({ name: `primary-${at + 1}`, address }))
}

/** All backends have applied the same, and know that the log ends there. */
async function untilEqual(t: TestContext, { backends }: ChatCluster): Promise<void> {
  await eventually(t, () => {
    const ends = backends.flatMap((backend) => {
      const { position, shell } = backend.figures()
      return [position, shell.engine.kind === 'nats' ? shell.engine.head : 0]
    })
    assert.equal(new Set(ends).size, 1)
  })
}

test('a backend that starts empty takes the store of another, and tells how it goes', async (t) => {
  const { openEngine, progress, dataFolder } = installation(t)
  const cluster = await startChatCluster(t, openEngine())
  const client = await guestInRoom(t, cluster.frontend.address)
  await client.post(2, 'a message that everybody has')
  await untilEqual(t, cluster)
  const [one, two] = cluster.backends
  await one!.close()
  rmSync(join(dataFolder, 'primary-1'), { recursive: true })
  progress.length = 0
  const again = await start(t, openEngine(), peersOf(cluster).slice(1))
  assert.deepEqual(progress, [
    'primary-1: asking primary-2 for a snapshot',
    'primary-1: taking a snapshot from primary-2, 100 %',
    `primary-1: took the store of primary-2, up to ${two!.figures().position}`,
  ])
  await client.post(3, 'another one')
  await eventually(t, () => assert.equal(again.figures().position, two!.figures().position))
  assert.equal(two!.figures().shell.snapshotsGivenTotal, 1)
})

test('[P8] a login that the servers do not know is told at the start', async (t) => {
  const { openEngine } = installation(t)
  const login = { kind: 'password', user: 'chat', password: 'wrong' } as const
  const starting = start(t, openEngine({ nats: settingsFor(nats, { login }) }))
  await assert.rejects(starting, (error) => {
    assert.ok(error instanceof StartError)
    assert.deepEqual(error.code, 'log-refused')
    assert.match(error.message, /does not let us in/)
    return true
  })
})

test('[P3] a log that went back ends the backends until an operator takes it so', async (t) => {
  const { openEngine, dataFolder } = installation(t)
  const cluster = await startChatCluster(t, openEngine())
  const client = await guestInRoom(t, cluster.frontend.address)
  await nats.stop(0)
  const kept = scratchDirectory(t)
  cpSync(join(nats.folder, 'n1'), kept, { recursive: true })
  await nats.start(0)
  await client.post(2, 'a message that the log will lose')
  await untilEqual(t, cluster)
  await nats.stop(0)
  rmSync(join(nats.folder, 'n1'), { recursive: true })
  cpSync(kept, join(nats.folder, 'n1'), { recursive: true })
  await nats.start(0)
  for (const backend of cluster.backends) {
    const { code, found } = await backend.failed
    assert.equal(code, 'log-damaged')
    assert.match(found, /went back/)
  }
  await assert.rejects(start(t, openEngine()), (error) => {
    assert.ok(error instanceof StartError)
    assert.equal(error.code, 'log-went-back')
    assert.match(error.remedy, /--rebuild/)
    return true
  })
  const setAside = () =>
    readdirSync(join(dataFolder, 'primary-1')).filter((name) => name.includes('set-aside'))
  assert.deepEqual(setAside(), [])
  const rebuilt = await start(t, openEngine({ isRebuild: true }))
  await eventually(t, () => assert.ok(rebuilt.figures().position > 0))
  assert.equal(setAside().length, 1)
})
