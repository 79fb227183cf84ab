import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { backendTuning } from '@starling/core/backend/backend-io'
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import type { DownFrame, DownFrameOf } from '@starling/protocol/down'
import { limits } from '@starling/protocol/limits'
import type { Auth, UpFrame } from '@starling/protocol/up'
import { WebSocket } from 'ws'
import { frontendShellTuning } from '../frontend/frontend-settings.ts'
import { type RunningFrontend, startFrontend } from '../frontend/frontend-shell.ts'
import { type LinkSecurity, linkTuning } from '../link/link-settings.ts'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { silentTrace } from '../telemetry/trace.ts'
import { type BackendSettings, backendShellTuning } from './backend-settings.ts'
import { type RunningBackend, startBackend } from './backend-shell.ts'
import { openEmbeddedEngine } from './embedded-engine.ts'

const linkSecurity: LinkSecurity = { kind: 'key', clusterKey: 'k'.repeat(40) }
const trace = silentTrace()

function backendSettings(name: string, port = 0): BackendSettings {
  return {
    name,
    rank: 'primary',
    listen: { host: '127.0.0.1', port },
    linkSecurity,
    linkTuning,
    areGuestsAllowed: true,
    isRegistrationOpen: true,
    limits,
    tuning: backendTuning,
    shell: { ...backendShellTuning, passwords: { ...backendShellTuning.passwords, passes: 1 } },
    admin: { host: '127.0.0.1', port: 0 },
  }
}

function backend(dataFolder: string, settings: BackendSettings): Promise<RunningBackend> {
  return startBackend(settings, {
    trace,
    openEngine: () => openEmbeddedEngine({ settings, dataFolder, trace }),
  })
}

interface Cluster {
  readonly frontend: RunningFrontend
  readonly backends: readonly RunningBackend[]
  readonly dataFolder: string
}

async function cluster(t: TestContext): Promise<Cluster> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'starling-cluster-'))
  const names = ['primary-1', 'primary-2']
  const backends: RunningBackend[] = []
  for (const name of names) backends.push(await backend(dataFolder, backendSettings(name)))
  const frontend = await startFrontend(
    {
      name: 'frontend-1',
      host: '127.0.0.1',
      port: 0,
      reusePort: false,
      otherAddresses: [],
      tls: { kind: 'off' },
      allowPlaintext: false,
      origins: [],
      backends: names.map((name, at) => ({
        name,
        rank: 'primary' as const,
        ...backends[at]!.address,
      })),
      linkSecurity,
      linkTuning,
      policy: 'size-and-clients',
      longMessageCharacters: 7,
      limits,
      tuning: { ...frontendTuning, drainSpreadMs: 50 },
      shell: frontendShellTuning,
      admin: { host: '127.0.0.1', port: 0 },
    },
    { trace },
  )
  t.after(async () => {
    await frontend.abort()
    for (const one of backends) await one.abort()
    rmSync(dataFolder, { recursive: true, force: true })
  })
  return { frontend, backends, dataFolder }
}

class Client {
  readonly #ws: WebSocket
  readonly #t: TestContext
  readonly frames: DownFrame[] = []
  closed: number | undefined

  constructor(t: TestContext, address: string) {
    this.#t = t
    this.#ws = new WebSocket(address)
    this.#ws.on('message', (data) => this.frames.push(JSON.parse(String(data))))
    this.#ws.on('error', () => {})
    this.#ws.on('close', (code) => {
      this.closed = code
    })
    t.after(() => this.#ws.terminate())
  }

  async greet(auth: Auth): Promise<void> {
    await eventually(this.#t, () => assert.equal(this.#ws.readyState, this.#ws.OPEN))
    this.send({ t: 'hello', protocol: 1, auth })
  }

  async hello(auth: Auth): Promise<DownFrameOf<'welcome'>> {
    await this.greet(auth)
    return this.heard('welcome', () => true)
  }

  send(frame: UpFrame): void {
    this.#ws.send(JSON.stringify(frame))
  }

  /** Waits for a frame of the kind that fits. */
  async heard<T extends DownFrame['t']>(
    t: T,
    fits: (frame: DownFrameOf<T>) => boolean,
  ): Promise<DownFrameOf<T>> {
    const found = () =>
      this.frames.find(
        (frame): frame is DownFrameOf<T> => frame.t === t && fits(frame as DownFrameOf<T>),
      )
    await eventually(this.#t, () => assert.ok(found(), `no ${t} in ${JSON.stringify(this.frames)}`))
    return found()!
  }

  async post(number: number, text: string): Promise<DownFrameOf<'ack'>> {
    this.send({ t: 'send', room: 'r1', outbox: 'o1', number, op: { kind: 'post', text } })
    return this.heard('ack', (frame) => frame.number === number)
  }
}

function token(): string {
  return randomBytes(32).toString('base64url')
}

async function guestInRoom(t: TestContext, address: string): Promise<Client> {
  const client = new Client(t, address)
  await client.hello({ kind: 'guest', name: 'ada', token: token() })
  client.send({
    t: 'send',
    room: 'r1',
    outbox: 'o1',
    number: 1,
    op: { kind: 'create', room: 'public', name: 'talk' },
  })
  await client.heard('ack', (frame) => frame.number === 1)
  return client
}

test('[P1] a guest makes a room, posts, is acknowledged and reads it again', async (t) => {
  const { frontend } = await cluster(t)
  const client = await guestInRoom(t, frontend.address)
  const ack = await client.post(2, 'hello, world')
  client.send({ t: 'history', ask: 1, room: 'r1' })
  const { answer } = await client.heard('answer', (frame) => frame.ask === 1)
  assert.ok(answer.kind === 'history')
  const posts = answer.entries.filter((entry) => entry.kind === 'post')
  assert.deepEqual(
    posts.map(({ index, text }) => [index, text]),
    [[ack.index, 'hello, world']],
  )
})

test('[P9] a backend that crashes is felt by nobody, and nothing is lost or doubled', async (t) => {
  const { frontend, backends } = await cluster(t)
  const client = await guestInRoom(t, frontend.address)
  await client.post(2, 'a long message')
  // Long messages go to primary 1: kill it with one on its way.
  client.send({
    t: 'send',
    room: 'r1',
    outbox: 'o1',
    number: 3,
    op: { kind: 'post', text: 'sent at the crash' },
  })
  await backends[0]!.abort()
  await client.heard('ack', (frame) => frame.number === 3)
  await client.post(4, 'after the crash')
  await client.heard('entries', ({ entries }) => entries.some((entry) => entry.number === 4))
  const entries = client.frames
    .filter((frame): frame is DownFrameOf<'entries'> => frame.t === 'entries')
    .filter((frame) => frame.room === 'r1')
    .flatMap((frame) => frame.entries)
  assert.deepEqual(
    entries.flatMap((entry) => (entry.kind === 'post' ? [[entry.number, entry.text]] : [])),
    [
      [2, 'a long message'],
      [3, 'sent at the crash'],
      [4, 'after the crash'],
    ],
  )
})

test('an account is entered from a second device, but not with a wrong password', async (t) => {
  const { frontend } = await cluster(t)
  const first = new Client(t, frontend.address)
  const password = 'correct horse'
  const made = await first.hello({ kind: 'register', name: 'grace', password, token: token() })
  const second = new Client(t, frontend.address)
  const again = await second.hello({ kind: 'login', name: 'Grace', password, token: token() })
  assert.equal(again.user, made.user)
  const third = new Client(t, frontend.address)
  await third.greet({ kind: 'login', name: 'grace', password: 'wrong-one', token: token() })
  const error = await third.heard('error', () => true)
  assert.equal(error.code, 'bad-credentials')
})

test('servers tell on the admin port whether they are ready', async (t) => {
  const { frontend, backends } = await cluster(t)
  await eventually(t, async () => {
    const ready = await fetch(`http://127.0.0.1:${frontend.adminPort}/readyz`)
    assert.equal(ready.status, 200)
  })
  const status = await (await fetch(`http://127.0.0.1:${frontend.adminPort}/status`)).json()
  assert.deepEqual(
    [status.role, status.name, status.isReady, status.figures.address],
    ['frontend', 'frontend-1', true, frontend.address],
  )
  assert.equal((await fetch(`http://127.0.0.1:${backends[0]!.adminPort}/readyz`)).status, 200)
  for (const one of backends) await one.abort()
  await eventually(t, async () => {
    const unready = await fetch(`http://127.0.0.1:${frontend.adminPort}/readyz`)
    assert.deepEqual([unready.status, await unready.text()], [503, 'no backend is active\n'])
  })
})

test('a backend and a front-end that are asked to stop finish what was begun', async (t) => {
  const { frontend, backends } = await cluster(t)
  const client = await guestInRoom(t, frontend.address)
  client.send({
    t: 'send',
    room: 'r1',
    outbox: 'o1',
    number: 2,
    op: { kind: 'post', text: 'on its way' },
  })
  await backends[0]!.close()
  await client.heard('ack', (frame) => frame.number === 2)
  await frontend.close()
  await client.heard('drain', () => true)
  await eventually(t, () => assert.equal(client.closed, 4000))
})
