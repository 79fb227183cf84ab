/**
 * Real nats-servers on loopback: one, or three as a cluster. They live in a temporary folder, on
 * ports that are free and outside the range that outgoing connections take, so that a server
 * that was killed gets its port again. What the cluster thinks is asked over each server's
 * monitoring port, which needs no login. Nothing survives the process that started them.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type ConnectionOptions, connect } from '@nats-io/transport-node'
import { findNatsServer } from '../../../../../scripts/nats-server.ts'

const waitMsMax = 60_000
const pollMs = 20
const askMsMax = 1_000

export interface NatsClusterOptions {
  readonly size: 1 | 3
  /** Default: true. */
  readonly isSyncAlways?: boolean
  /** Further lines of each server's configuration: accounts, TLS, limits. */
  readonly lines?: readonly string[]
  /** Settings within `jetstream { … }`. */
  readonly jetstreamLines?: readonly string[]
}

interface Ports {
  readonly client: number
  readonly route: number
  readonly monitor: number
}

/** Of one server; `undefined` when it is silent. */
type Answer = Record<string, unknown> | undefined

interface StreamDetail {
  readonly name: string
  readonly cluster?: { readonly leader?: string; readonly replicas?: readonly Replica[] }
  readonly state?: { readonly last_seq: number }
}

interface Replica {
  readonly name: string
  readonly current: boolean
}

export class NatsServerProcess {
  readonly name: string
  readonly ports: Ports
  readonly #program: string
  readonly #folder: string
  #child: ChildProcess | undefined
  #isFrozen = false

  constructor(program: string, folder: string, { name, ports }: { name: string; ports: Ports }) {
    this.#program = program
    this.#folder = folder
    this.name = name
    this.ports = ports
  }

  get address(): string {
    return `127.0.0.1:${this.ports.client}`
  }

  get configFile(): string {
    return join(this.#folder, `${this.name}.conf`)
  }

  get isRunning(): boolean {
    return this.#child !== undefined && !this.#isFrozen
  }

  spawn(): void {
    assert.equal(this.#child, undefined, `${this.name} runs already`)
    const trace = openSync(join(this.#folder, `${this.name}.trace`), 'a')
    const child = spawn(this.#program, ['-c', this.configFile], { stdio: ['ignore', trace, trace] })
    closeSync(trace)
    this.#child = child
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#isFrozen = false
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  /** For the end of the process, where nothing can be awaited. */
  killNow(): void {
    this.#child?.kill('SIGKILL')
  }

  freeze(): void {
    this.#isFrozen = true
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#isFrozen = false
    this.#child?.kill('SIGCONT')
  }

  /** What the server says over its monitoring port. */
  async ask(path: string): Promise<Answer> {
    if (!this.isRunning) return undefined
    try {
      const url = `http://127.0.0.1:${this.ports.monitor}${path}`
      const response = await fetch(url, { signal: AbortSignal.timeout(askMsMax) })
      return (await response.json()) as Record<string, unknown>
    } catch (error) {
      // Not there yet, or no longer.
      if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return undefined
      throw error
    }
  }

  trace(): string {
    return readFileSync(join(this.#folder, `${this.name}.trace`), 'utf8')
  }
}

export class NatsCluster {
  readonly servers: readonly NatsServerProcess[]
  readonly folder: string
  readonly #onExit = () => {
    for (const server of this.servers) server.killNow()
  }
  readonly #onSignal = () => process.exit(1)

  /** Resolves when JetStream takes orders. */
  static async start(options: NatsClusterOptions): Promise<NatsCluster> {
    const program = await findNatsServer()
    const folder = mkdtempSync(join(tmpdir(), 'starling-nats-'))
    const names = options.size === 1 ? ['n1'] : ['n1', 'n2', 'n3']
    const servers: NatsServerProcess[] = []
    for (const name of names) {
      const ports = { client: await freePort(), route: await freePort(), monitor: await freePort() }
      servers.push(new NatsServerProcess(program, folder, { name, ports }))
    }
    const cluster = new NatsCluster(folder, servers)
    for (const server of servers) cluster.configure(server, options)
    try {
      await cluster.startAll()
    } catch (error) {
      await cluster.close()
      throw error
    }
    return cluster
  }

  private constructor(folder: string, servers: readonly NatsServerProcess[]) {
    this.folder = folder
    this.servers = servers
    process.on('exit', this.#onExit)
    process.on('SIGTERM', this.#onSignal)
  }

  get addresses(): readonly string[] {
    return this.servers.map(({ address }) => address)
  }

  /** Writes a server's configuration; it holds from its next start. */
  configure(server: NatsServerProcess, options: NatsClusterOptions): void {
    const routes = this.servers.map(({ ports }) => `"nats-route://127.0.0.1:${ports.route}"`)
    const data = join(this.folder, server.name)
    mkdirSync(data, { recursive: true })
    const lines = [
      `server_name: ${server.name}`,
      `listen: "${server.address}"`,
      `http: "127.0.0.1:${server.ports.monitor}"`,
      'jetstream {',
      `  store_dir: ${JSON.stringify(data)}`,
      '  max_memory_store: 64MB',
      '  max_file_store: 2GB',
      ...(options.isSyncAlways === false ? [] : ['  sync_interval: always']),
      ...(options.jetstreamLines ?? []),
      '}',
      ...(options.size === 1
        ? []
        : [
            'cluster {',
            '  name: starling-test',
            `  listen: "127.0.0.1:${server.ports.route}"`,
            `  routes: [${routes.join(', ')}]`,
            '}',
          ]),
      ...(options.lines ?? []),
    ]
    writeFileSync(server.configFile, `${lines.join('\n')}\n`)
  }

  async startAll(): Promise<void> {
    for (const server of this.servers) if (!server.isRunning) server.spawn()
    await this.untilHealthy()
  }

  /** All that run are, and agree on who leads. */
  async untilHealthy(): Promise<void> {
    await this.#until('JetStream to be ready', async () => {
      const leaders = await Promise.all(this.#running.map((server) => metaLeaderOf(server)))
      return leaders.every((leader) => leader !== undefined && leader === leaders[0])
    })
  }

  kill(at: number): Promise<void> {
    return this.#at(at).end('SIGKILL')
  }

  stop(at: number): Promise<void> {
    return this.#at(at).end('SIGTERM')
  }

  freeze(at: number): void {
    this.#at(at).freeze()
  }

  thaw(at: number): void {
    this.#at(at).thaw()
  }

  async killAll(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.end('SIGKILL')))
  }

  /** Until it answers; whether it has caught up, `untilCurrent` tells. */
  async start(at: number): Promise<void> {
    const server = this.#at(at)
    server.spawn()
    await this.#until(
      `${server.name} to answer`,
      async () => (await server.ask('/varz')) !== undefined,
    )
  }

  /** The server that leads the stream, as those that run agree. */
  async leaderOf(stream: string): Promise<number> {
    let at = -1
    await this.#until(`a leader of ${stream}`, async () => {
      const details = await this.#details(stream)
      const leaders = new Set(details.map(({ cluster }) => cluster?.leader))
      at = this.servers.findIndex(({ name }) => name === [...leaders][0])
      return leaders.size === 1 && this.servers[at]?.isRunning === true
    })
    return at
  }

  /** Lets another server lead the stream, as an administrator would. */
  async stepDown(stream: string, login: Partial<ConnectionOptions> = {}): Promise<void> {
    const at = await this.leaderOf(stream)
    const connection = await connect({ servers: this.#at(at).address, ...login })
    try {
      await connection.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`)
    } finally {
      await connection.close()
    }
  }

  /** All replicas of the stream have all of it. */
  async untilCurrent(stream: string): Promise<void> {
    await this.#until(`all replicas of ${stream} to be current`, async () => {
      const details = await Promise.all(this.servers.map((server) => detailOf(server, stream)))
      const ends = new Set(details.map((detail) => detail?.state?.last_seq))
      // Only the leader knows how the others are.
      const leader = details.find((detail, at) => {
        return detail?.cluster?.leader === this.servers[at]?.name
      })
      return ends.size === 1 && leader?.cluster?.replicas?.every(({ current }) => current) === true
    })
  }

  async close(): Promise<void> {
    await this.killAll()
    process.off('exit', this.#onExit)
    process.off('SIGTERM', this.#onSignal)
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #running(): readonly NatsServerProcess[] {
    return this.servers.filter(({ isRunning }) => isRunning)
  }

  #at(at: number): NatsServerProcess {
    const server = this.servers[at]
    assert.ok(server, `there is no server ${at}`)
    return server
  }

  async #details(stream: string): Promise<readonly StreamDetail[]> {
    const found = await Promise.all(this.#running.map((server) => detailOf(server, stream)))
    return found.filter((detail) => detail !== undefined)
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const startedMs = performance.now()
    while (!(await holds())) {
      if (performance.now() - startedMs > waitMsMax) {
        const traces = this.servers.map(
          (server) => `${server.name}: ${server.trace().slice(-1_500)}`,
        )
        throw new Error(`waited in vain for ${what}\n${traces.join('\n')}`)
      }
      await wait(pollMs)
    }
  }
}

async function metaLeaderOf(server: NatsServerProcess): Promise<string | undefined> {
  if ((await server.ask('/healthz'))?.status !== 'ok') return undefined
  const jsz = (await server.ask('/jsz')) as
    | { readonly server_id?: string; readonly meta_cluster?: { readonly leader?: string } }
    | undefined
  // Alone it leads itself.
  return jsz?.meta_cluster === undefined ? jsz?.server_id : jsz.meta_cluster.leader
}

async function detailOf(server: NatsServerProcess, stream: string) {
  const jsz = (await server.ask('/jsz?accounts=true&streams=true')) as
    | { readonly account_details?: readonly { readonly stream_detail?: readonly StreamDetail[] }[] }
    | undefined
  const all = jsz?.account_details?.flatMap((account) => account.stream_detail ?? [])
  return all?.find(({ name }) => name === stream)
}

/** Outside the range from which systems take the ports of outgoing connections. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') resolve(false)
        else reject(error)
      })
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
