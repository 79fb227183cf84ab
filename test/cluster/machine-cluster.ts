/**
 * A whole Starling on many machines: three engine servers, four backends, front-ends, each on a
 * machine of its own, under the same configuration file, kept running as services.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askJson } from './ask-json.ts'
import { EngineServers, logUser } from './engine-servers.ts'
import type { Machine, Machines } from './machine.ts'
import { type MachineKind, openMachines } from './open-machines.ts'
import { Service } from './service.ts'
import { until } from './until.ts'

export interface MachineClusterOptions {
  readonly frontends?: number
  /** More lines for starling.toml. */
  readonly config?: string
  readonly policy?: string
  readonly machines?: MachineKind
}

interface Role {
  readonly kind: 'frontend' | 'backend'
  readonly machine: Machine
  readonly port: number
  readonly adminPort: number
}

/** What a front-end says of a backend. */
interface Standing {
  readonly name: string
  readonly status: string
}

const program = new URL('../../packages/cli/src/starling.ts', import.meta.url).pathname
const engineNames = ['engine-1', 'engine-2', 'engine-3']
const backendNames = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2']
const startMsMax = 90_000

export class MachineCluster {
  readonly machines: Machines
  readonly engine: EngineServers
  readonly frontends: readonly Service[]
  readonly backends: readonly Service[]
  readonly #roles: readonly Role[]

  static async create(options: MachineClusterOptions = {}): Promise<MachineCluster> {
    const count = options.frontends ?? 2
    const frontendNames = Array.from({ length: count }, (_, at) => `frontend-${at + 1}`)
    const names = [...engineNames, ...backendNames, ...frontendNames]
    const machines = await openMachines(names, options.machines)
    try {
      const engine = await EngineServers.on(machines, engineNames)
      const roles = [
        ...(await rolesOn(machines, { kind: 'backend', names: backendNames, adminPort: 4_751 })),
        ...(await rolesOn(machines, { kind: 'frontend', names: frontendNames, adminPort: 4_651 })),
      ]
      const file = join(machines.folder, 'starling.toml')
      writeFileSync(file, configurationOf(options, engine, roles))
      return new MachineCluster(machines, engine, roles)
    } catch (error) {
      await machines.remove()
      throw error
    }
  }

  private constructor(machines: Machines, engine: EngineServers, roles: readonly Role[]) {
    this.machines = machines
    this.engine = engine
    this.#roles = roles
    const services = (kind: Role['kind']) =>
      roles.filter((role) => role.kind === kind).map((role) => this.#serviceOf(role))
    this.backends = services('backend')
    this.frontends = services('frontend')
  }

  get services(): readonly Service[] {
    return [...this.engine.services, ...this.backends, ...this.frontends]
  }

  /** Where clients connect. */
  get addresses(): readonly string[] {
    return this.#roles
      .filter(({ kind }) => kind === 'frontend')
      .map(({ machine, port }) => `ws://${machine.address}:${port}`)
  }

  async start(): Promise<void> {
    this.engine.start()
    await this.#until('engine servers that agree', () => this.engine.areHealthy())
    for (const service of [...this.backends, ...this.frontends]) service.start()
    await this.#until('every role ready', () => this.isReady())
    await this.#until('a replicated stream', () => this.engine.areCurrent())
  }

  /** Every front-end and backend answers that it is ready. */
  async isReady(): Promise<boolean> {
    const answers = await Promise.all(this.#roles.map((role) => isRoleReady(role)))
    return answers.every(Boolean)
  }

  async isServiceReady(service: Service): Promise<boolean> {
    const role = this.#roles.find(({ machine }) => machine === service.machine)
    return role === undefined ? this.engine.areCurrent() : isRoleReady(role)
  }

  /** The front-end finds it active. */
  async isActive(backend: Service, frontend: Service): Promise<boolean> {
    const status = await this.status(frontend.name)
    const figures = status?.figures as { backends?: readonly Standing[] } | undefined
    const standing = figures?.backends?.find(({ name }) => name === backend.name)
    return standing?.status === 'active'
  }

  /** Undefined when it does not answer. */
  async status(name: string): Promise<Record<string, unknown> | undefined> {
    const role = this.#roles.find(({ machine }) => machine.name === name)
    return role && askJson(role.machine, role.adminPort, '/status')
  }

  /** Of a backend that is down: what it had applied is gone, as with a new disk. */
  forget(backend: Service): void {
    rmSync(this.#dataFolder(backend.machine), { recursive: true })
  }

  /** The last of what each has traced, for people. */
  tails(): string {
    return this.services.map((service) => service.tail()).join('\n')
  }

  async remove(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop('SIGKILL')))
    await this.machines.remove()
  }

  #serviceOf({ kind, machine }: Role): Service {
    const data = this.#dataFolder(machine)
    mkdirSync(data, { recursive: true })
    const config = ['--config', join(this.machines.folder, 'starling.toml'), '--data', data]
    const command = [process.execPath, program, kind, '--name', machine.name, ...config]
    return new Service({ machine, command, folder: this.machines.folder })
  }

  #dataFolder(machine: Machine): string {
    return join(this.machines.folder, machine.name, 'data')
  }

  /** While everything starts nothing may end. */
  #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const isSo = () => {
      const deaths = this.services.flatMap((service) => service.deaths)
      if (deaths.length > 0) throw new Error(`${deaths.join('\n')}\n${this.tails()}`)
      return holds()
    }
    return until(isSo, { what: () => `${what}\n${this.tails()}`, ms: startMsMax })
  }
}

/** The configuration wants admin ports that differ, on whatever machines they are. */
async function rolesOn(
  machines: Machines,
  those: { kind: Role['kind']; names: readonly string[]; adminPort: number },
): Promise<readonly Role[]> {
  const { kind, names, adminPort } = those
  return Promise.all(
    names.map(async (name, at) => {
      const machine = machines.get(name)
      const port = await machine.port(kind === 'frontend' ? 4_600 : 4_700)
      return { kind, machine, port, adminPort: await machine.port(adminPort + at) }
    }),
  )
}

async function isRoleReady({ machine, adminPort }: Role): Promise<boolean> {
  return (await machine.ask(adminPort, '/readyz'))?.status === 200
}

function configurationOf(
  options: MachineClusterOptions,
  engine: EngineServers,
  roles: readonly Role[],
): string {
  const quoted = (texts: readonly string[]) => texts.map((text) => `"${text}"`).join(', ')
  const sections = roles.map(({ kind, machine, port, adminPort }) =>
    [
      `[[${kind}s]]`,
      `name = "${machine.name}"`,
      ...(kind === 'backend' ? [`rank = "${machine.name.replace(/-\d+$/, '')}"`] : []),
      `${kind === 'backend' ? 'address' : 'listen'} = "${machine.address}:${port}"`,
      `admin = ${adminPort}`,
      '',
    ].join('\n'),
  )
  return [
    'engine = "nats"',
    `[nats]\nservers = [${quoted(engine.addresses)}]`,
    `user = "${logUser.user}"\npassword = "${logUser.password}"\nbytesMax = ${streamBytesMax}\n`,
    `[cluster]\nkey = "${randomBytes(32).toString('base64')}"\n`,
    '[tls]\nallowPlaintext = true\n',
    '[rates]\nframesPerSecond = 5000\nframesBurst = 5000\nloginsPerMinute = 10000\n',
    `[balancing]\npolicy = "${options.policy ?? 'size-and-clients'}"\n`,
    options.config ?? '',
    ...sections,
  ].join('\n')
}

const streamBytesMax = 1024 * 1024 * 1024
