/**
 * `--engine sqlite`: `starling up` on this machine. Its supervisor starts again what dies; faults
 * are those of processes.
 */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { Cluster, type Role } from '../cluster/cluster.ts'
import { chanceFrom, type Fault } from './faults.ts'
import type { Stage, StageOptions } from './stage.ts'

type Kind = 'kill' | 'freeze' | 'restart'

const signals = { kill: 'SIGKILL', freeze: 'SIGSTOP', restart: 'SIGTERM' } as const

export class OneMachineStage implements Stage {
  readonly about = 'four backends on one machine'
  readonly #cluster: Cluster
  readonly #options: StageOptions

  static async create(options: StageOptions): Promise<OneMachineStage> {
    const { frontends, policy } = options
    return new OneMachineStage(await Cluster.create({ frontends, policy }), options)
  }

  private constructor(cluster: Cluster, options: StageOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  get folder(): string {
    return this.#cluster.directory
  }

  get addresses(): readonly string[] {
    return this.#cluster.addresses
  }

  start(): Promise<void> {
    return this.#cluster.start()
  }

  /** Every frozen process is thawed, or found dead. */
  async storm(faults: Fault[], endMs: number): Promise<void> {
    const chance = chanceFrom(this.#options.seed)
    const names = {
      backends: this.#cluster.backends.map((place) => place.name),
      frontends: this.#cluster.frontends.map((place) => place.name),
    }
    const thaws: Promise<void>[] = []
    while (performance.now() < endMs) {
      const { kind, role, name, forMs } = drawFault(chance, names)
      const pid = this.#cluster.pidOf(role, name)
      if (pid !== undefined) {
        const atMs = performance.now()
        const endedAtMs = atMs + (kind === 'freeze' ? forMs : 0)
        faults.push({ what: `${kind} ${role}`, name, atMs, endedAtMs })
        process.kill(pid, signals[kind])
        if (kind === 'freeze') thaws.push(thaw(pid, forMs))
      }
      await new Promise((resolve) => setTimeout(resolve, this.#options.faultEveryMs))
    }
    await Promise.all(thaws)
  }

  async troubles(): Promise<readonly string[]> {
    return []
  }

  output(): string {
    return this.#cluster.output
  }

  keepTraces(folder: string): void {
    cpSync(join(this.#cluster.directory, 'data', 'trace'), folder, { recursive: true })
  }

  remove(): Promise<void> {
    return this.#cluster.remove()
  }
}

/** Two of three are kills of backends; every eighth hits a front-end. */
function drawFault(
  chance: () => number,
  names: { readonly backends: readonly string[]; readonly frontends: readonly string[] },
): { readonly kind: Kind; readonly role: Role; readonly name: string; readonly forMs: number } {
  const kind: Kind = chance() < 0.75 ? 'kill' : chance() < 0.6 ? 'freeze' : 'restart'
  const role: Role = chance() < 0.125 ? 'frontend' : 'backend'
  const among = role === 'frontend' ? names.frontends : names.backends
  const name = among[Math.floor(chance() * among.length)]!
  return { kind, role, name, forMs: 1_000 + Math.floor(chance() * 3_000) }
}

async function thaw(pid: number, afterMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    // Another fault killed it meanwhile, or the others fenced it off.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
