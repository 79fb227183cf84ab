import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Claim } from '@starling/core/backend/digest-watch'
import { LogError, type LogFollower } from '@starling/core/log/log'
import { MemoryLog } from '@starling/core/log/memory-log'
import { MemoryStore } from '@starling/core/room/memory-store'
import type { PeerMessage } from '../log/nats/nats-view.ts'
import type { EngineView } from '../telemetry/engine-view.ts'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { silentTrace } from '../telemetry/trace.ts'
import type { BackendEngine, Replication } from './backend-engine.ts'
import { type BackendNodeLike, type RunningBackend, startBackend } from './backend-shell.ts'
import { backendSettings } from './chat-cluster.test-fixture.ts'
import { FakeBackendNode } from './fake-backend-node.test-fixture.ts'

/** An engine that says what it was asked, and whose follower the test speaks to. */
class FakeEngine implements BackendEngine {
  readonly log = new FollowedLog()
  readonly store = new MemoryStore()
  readonly warnings = ['one copy of the log only']
  readonly happened: string[] = []
  readonly told: PeerMessage[] = []
  hear: (message: PeerMessage) => void = () => assert.fail('nobody listens')

  readonly replication: Replication = {
    snapshots: {
      identity: 'S/one',
      position: 0,
      copy: () => Promise.reject(new LogError('unavailable', 'no', 'there is none')),
    },
    tellPeers: (message) => this.told.push(message),
    onPeers: (hear) => {
      this.hear = hear
      return () => this.happened.push('unhear')
    },
    setAside: async () => {
      this.happened.push('set aside')
    },
  }

  view(): EngineView {
    return { kind: 'sqlite', file: 'starling.db', bytes: 4_096 }
  }

  async close(): Promise<void> {
    this.happened.push('close')
    await this.log.close()
  }
}

class FollowedLog extends MemoryLog {
  follower: LogFollower | undefined
  override follow(after: number, follower: LogFollower): () => void {
    this.follower = follower
    return super.follow(after, follower)
  }
}

interface Bench {
  readonly engine: FakeEngine
  readonly node: FakeBackendNode
  readonly backend: RunningBackend
}

async function bench(t: TestContext): Promise<Bench> {
  const engine = new FakeEngine()
  const node = new FakeBackendNode()
  const backend = await startBackend(backendSettings('primary-1'), {
    trace: silentTrace(),
    openEngine: async () => engine,
    makeNode: (): BackendNodeLike => node,
  })
  t.after(() => backend.abort())
  return { engine, node, backend }
}

const claim: Claim = { backend: 'primary-2', position: 64, digest: 'abc' }

test('a backend says that it is there when somebody asks who is', async (t) => {
  const { engine } = await bench(t)
  engine.hear({ kind: 'who', from: 'migrate' })
  assert.deepEqual(engine.told, [{ kind: 'here', from: 'primary-1' }])
})

test('[P3] claims go to the other backends, and those heard go to the node', async (t) => {
  const { engine, node } = await bench(t)
  node.put({ kind: 'claim', claim: { ...claim, backend: 'primary-1' } })
  await eventually(t, () => {
    assert.deepEqual(engine.told, [
      { kind: 'claim', from: 'primary-1', backend: 'primary-1', position: 64, digest: 'abc' },
    ])
  })
  engine.hear({ kind: 'claim', from: 'primary-2', ...claim })
  engine.hear({ kind: 'claim', from: 'primary-2', backend: 'primary-2', position: -1, digest: 'a' })
  engine.hear({ kind: 'gossip', from: 'primary-2' })
  assert.deepEqual(node.claims, [claim])
})

test('[P6] a backend is not active before the log said that it has all', async (t) => {
  const { backend, node, engine } = await bench(t)
  await eventually(t, () => assert.deepEqual(node.reach, [false, true]))
  engine.log.follower?.onReach(false, 'catching up: 5 % (5 of 100 records)')
  assert.deepEqual(node.reach, [false, true, false])
  const ready = await fetch(`http://127.0.0.1:${backend.adminPort}/readyz`)
  assert.equal(await ready.text(), 'it cannot append: catching up: 5 % (5 of 100 records)\n')
})

test('[P3] a replica that diverged ends at once, and its store is set aside', async (t) => {
  const { engine, node, backend } = await bench(t)
  node.put({ kind: 'diverged', why: 'three others agree at 64' })
  const { code, found, isStoreWrong } = await backend.failed
  assert.deepEqual([code, isStoreWrong], ['diverged', true])
  assert.match(found, /three others agree at 64/)
  assert.deepEqual(engine.happened, ['set aside', 'unhear', 'close'])
  assert.equal(backend.figures().shell.failure, 'diverged')
})

test('[P3] a damaged log ends the backend; its store stays', async (t) => {
  const { engine, backend } = await bench(t)
  engine.log.follower?.onDamage?.('it went back')
  const { code, isStoreWrong } = await backend.failed
  assert.deepEqual([code, isStoreWrong], ['log-damaged', false])
  assert.deepEqual(engine.happened, ['unhear', 'close'])
})

test('[P8] a store that cannot be used ends the backend with what SQLite says', async (t) => {
  for (const [errcode, isWrong] of [
    [11, true],
    [13, false],
  ] as const) {
    const { engine, node, backend } = await bench(t)
    const trouble = Object.assign(new Error('SQLite says no'), { errcode })
    node.onRecords = () => {
      throw trouble
    }
    await engine.log.append({ id: 'r', at: 1, ops: [] })
    const { code, found, isStoreWrong } = await backend.failed
    assert.deepEqual([code, isStoreWrong], ['store-failed', isWrong])
    assert.match(found, /SQLite says no/)
  }
})

test('what the engine cannot promise is told on the admin port and in the figures', async (t) => {
  const { backend } = await bench(t)
  const url = `http://127.0.0.1:${backend.adminPort}`
  assert.equal(
    await (await fetch(`${url}/healthz`)).text(),
    'ok\nwarning: one copy of the log only\n',
  )
  assert.match(await (await fetch(`${url}/metrics`)).text(), /starling_backend_engine_warnings 1/)
  assert.deepEqual(backend.figures().shell.warnings, ['one copy of the log only'])
})
