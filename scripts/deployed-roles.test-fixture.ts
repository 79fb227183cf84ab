/** The processes of Starling on the machines of deploy/production, started as the units do. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpGet } from '../test/cluster/http-get.ts'
import { until } from '../test/cluster/until.ts'
import type { DeployedMachines } from './deployed-machines.test-fixture.ts'

const starling = new URL('../packages/cli/src/starling.ts', import.meta.url).pathname
/** In the order of starling.toml; where each runs, as docs/operating.md has it. */
const roles = [
  { kind: 'frontend', name: 'frontend-1', at: 0 },
  { kind: 'frontend', name: 'frontend-2', at: 1 },
  { kind: 'frontend', name: 'frontend-3', at: 2 },
  { kind: 'backend', name: 'primary-1', at: 0 },
  { kind: 'backend', name: 'primary-2', at: 1 },
  { kind: 'backend', name: 'secondary-1', at: 2 },
  { kind: 'backend', name: 'secondary-2', at: 2 },
] as const
type Role = (typeof roles)[number]

export class DeployedRoles {
  readonly #machines: DeployedMachines
  readonly #children = new Map<Role, ChildProcess>()
  readonly #onExit = () => {
    for (const child of this.#children.values()) child.kill('SIGKILL')
  }

  constructor(machines: DeployedMachines) {
    this.#machines = machines
    process.on('exit', this.#onExit)
  }

  /** Of one machine, or of all. Resolves when they can do their work. */
  async start(at?: number): Promise<void> {
    const chosen = roles.filter((role) => at === undefined || role.at === at)
    for (const role of chosen) this.#spawn(role)
    const isReady = async (role: Role) => {
      const port = this.#machines.adminPort(roles.indexOf(role))
      return (await httpGet('127.0.0.1', port, '/readyz'))?.status === 200
    }
    await until(async () => (await Promise.all(chosen.map(isReady))).every(Boolean), {
      what: () => chosen.map((role) => `${role.name}:\n${this.#traceOf(role)}`).join('\n'),
      ms: 60_000,
    })
  }

  /** With everything that runs on it, the engine's server too. */
  async killMachine(at: number): Promise<void> {
    const own = [...this.#children].filter(([role]) => role.at === at)
    await Promise.all([
      this.#machines.servers[at]!.end('SIGKILL'),
      ...own.map(([role, child]) => this.#end(role, child)),
    ])
  }

  async end(): Promise<void> {
    await Promise.all([...this.#children].map(([role, child]) => this.#end(role, child)))
    process.off('exit', this.#onExit)
  }

  #spawn(role: Role): void {
    const { kind, name, at } = role
    const args = [starling, kind, '--name', name, '--config', this.#machines.configFile(at)]
    const trace = openSync(this.#tracePath(role), 'a')
    const child = spawn(process.execPath, args, { stdio: ['ignore', trace, trace], env: {} })
    closeSync(trace)
    this.#children.set(role, child)
  }

  async #end(role: Role, child: ChildProcess): Promise<void> {
    this.#children.delete(role)
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  #tracePath({ name, at }: Role): string {
    return join(this.#machines.machine(at), `${name}.trace`)
  }

  #traceOf(role: Role): string {
    return readFileSync(this.#tracePath(role), 'utf8').slice(-1_500)
  }
}
