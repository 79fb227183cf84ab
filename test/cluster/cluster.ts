/**
 * A real cluster for tests from outside: `starling up` in a directory of its own, on free ports,
 * with the processes of its roles found by their command lines, so that they can be killed and
 * frozen.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FreePorts } from './free-ports.ts'
import { until } from './until.ts'

export type Role = 'frontend' | 'backend'

export interface ClusterOptions {
  readonly frontends?: number
  /** All front-ends share the first one's port. */
  readonly isOnePort?: boolean
  /** The first so many of two primaries and two secondaries; without it all. */
  readonly backends?: number
  /** More lines for starling.toml. */
  readonly config?: string
  readonly policy?: string
  readonly directory?: string
}

interface Place {
  readonly name: string
  readonly port: number
  readonly adminPort: number
}

const program = new URL('../../packages/cli/src/starling.ts', import.meta.url).pathname
const backendNames = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']
const startMsMax = 60_000
const stopMsMax = 20_000

export class Cluster {
  readonly directory: string
  readonly frontends: readonly Place[]
  readonly backends: readonly Place[]
  readonly configFile: string
  #supervisor: ChildProcess | undefined
  #output = ''

  private constructor(
    directory: string,
    places: readonly [number, number][],
    { frontends: count = 1, backends, isOnePort = false }: ClusterOptions,
  ) {
    this.directory = directory
    const place = (name: string, at: number): Place => ({
      name,
      port: places[at]![0],
      adminPort: places[at]![1],
    })
    this.frontends = Array.from({ length: count }, (_, at) => ({
      ...place(`frontend-${at + 1}`, at),
      ...(isOnePort ? { port: places[0]![0] } : {}),
    }))
    this.backends = backendNames.slice(0, backends).map((name, at) => place(name, count + at))
    this.configFile = join(directory, 'starling.toml')
  }

  static async create(options: ClusterOptions = {}): Promise<Cluster> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'starling-'))
    const count = options.frontends ?? 1
    const ports = await new FreePorts().take((count + backendNames.length) * 2)
    const places = ports.flatMap((port, at) =>
      at % 2 === 0 ? [[port, ports[at + 1]!] as [number, number]] : [],
    )
    const cluster = new Cluster(directory, places, options)
    writeFileSync(cluster.configFile, cluster.#config(options))
    return cluster
  }

  /** Where clients connect. */
  get addresses(): readonly string[] {
    return this.frontends.map(({ port }) => `ws://127.0.0.1:${port}`)
  }

  /** What the supervisor has printed so far. */
  get output(): string {
    return this.#output
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, 'up', '--config', this.configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#supervisor = child
    child.stdout!.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString()
    })
    child.stderr!.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString()
    })
    await until(() => this.isReady(), {
      what: () => `ready cluster\n${this.#output}`,
      ms: startMsMax,
    })
  }

  /** Every role answers that it is ready. */
  async isReady(): Promise<boolean> {
    const exit = this.#supervisor?.exitCode
    if (exit !== null && exit !== undefined) {
      throw new Error(`starling up ended with ${exit}\n${this.#output}`)
    }
    const places = [...this.frontends, ...this.backends]
    const answers = await Promise.all(places.map(({ adminPort }) => isOk(adminPort, '/readyz')))
    return answers.every(Boolean)
  }

  async status(name: string): Promise<Record<string, unknown>> {
    const place = [...this.frontends, ...this.backends].find((one) => one.name === name)
    const answer = await fetch(`http://127.0.0.1:${place!.adminPort}/status`)
    return (await answer.json()) as Record<string, unknown>
  }

  /** The present process of a role; undefined while it is being restarted. */
  pidOf(role: Role, name: string): number | undefined {
    return this.processes().find((one) => one.role === role && one.name === name)?.pid
  }

  processes(): readonly { pid: number; role: Role; name: string }[] {
    const supervisor = this.#supervisor?.pid
    return processTable().flatMap(({ pid, parent, command }) => {
      const match = /starling\.ts (frontend|backend)\b.*--name[ =](\S+)/.exec(command)
      return match !== null && parent === supervisor
        ? [{ pid, role: match[1] as Role, name: match[2]! }]
        : []
    })
  }

  /** False when the process was not there. */
  signal(role: Role, name: string, signal: NodeJS.Signals): boolean {
    const pid = this.pidOf(role, name)
    return pid !== undefined && signalPid(pid, signal)
  }

  /** As a person does with Ctrl-C. The exit code. */
  async stop(): Promise<number | null> {
    const child = this.#supervisor
    if (child === undefined) return null
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    child.kill('SIGINT')
    const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
    await once(child, 'exit')
    clearTimeout(late)
    this.#supervisor = undefined
    return child.exitCode
  }

  /** `kill -9` of the supervisor and of everything, at once. */
  async killAll(): Promise<void> {
    const child = this.#supervisor
    if (child === undefined) return
    const pids = [child.pid!, ...this.processes().map((one) => one.pid)]
    for (const pid of pids) signalPid(pid, 'SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    this.#supervisor = undefined
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #config(options: ClusterOptions): string {
    const role = (section: string, places: readonly Place[], address: string) =>
      places.map(({ name, port, adminPort }) =>
        [
          `[[${section}]]`,
          `name = "${name}"`,
          ...(section === 'backends' ? [`rank = "${name.replace(/-\d+$/, '')}"`] : []),
          `${address} = "127.0.0.1:${port}"`,
          `admin = ${adminPort}`,
          '',
        ].join('\n'),
      )
    return [
      `data = "${join(this.directory, 'data')}"`,
      '[rates]\nframesPerSecond = 5000\nframesBurst = 5000\nloginsPerMinute = 10000\n',
      `[balancing]\npolicy = "${options.policy ?? 'size-and-clients'}"\n`,
      options.config ?? '',
      ...role('frontends', this.frontends, 'listen'),
      ...role('backends', this.backends, 'address'),
    ].join('\n')
  }
}

function signalPid(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function processTable(): readonly { pid: number; parent: number; command: string }[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { maxBuffer: 1 << 24 })
  return table
    .toString()
    .split('\n')
    .flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)
      return match === null
        ? []
        : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3]! }]
    })
}

async function isOk(port: number, path: string): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`)).ok
  } catch (error) {
    // Nothing listens there yet, or it just died.
    if (error instanceof TypeError) return false
    throw error
  }
}
