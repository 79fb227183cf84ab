/**
 * What deploy/production gives, as if it were set up on three machines: the secrets that its script
 * makes, its nats-server.conf and its starling.toml, with nothing changed but addresses, ports and
 * folders. Each machine is a folder; all are on loopback.
 */
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NatsLogin, NatsSettings } from '@starling/server/log/nats/nats-settings'
import { NatsServerProcess } from '../packages/server/src/log/nats/nats-cluster.test-fixture.ts'
import { FreePorts } from '../test/cluster/free-ports.ts'
import { until } from '../test/cluster/until.ts'
import { findNatsServer } from './nats-server.ts'

export const production = new URL('../deploy/production/', import.meta.url).pathname
const names = ['n1', 'n2', 'n3'] as const
/** An admin port for every role. */
const adminPorts = 7

interface MachinePorts {
  readonly client: number
  readonly route: number
  readonly monitor: number
  readonly frontend: number
  readonly backends: readonly [number, number]
}

export class DeployedMachines {
  readonly folder: string
  /** The nats-server. */
  readonly program: string
  readonly servers: readonly NatsServerProcess[]
  readonly #ports: readonly MachinePorts[]
  readonly #admin: readonly number[]

  /** Nothing is started. */
  static async make(): Promise<DeployedMachines> {
    const program = await findNatsServer()
    const folder = mkdtempSync(join(tmpdir(), 'starling-deploy-'))
    try {
      makeSecrets(folder, ...names.map((name) => `${name}=127.0.0.1`))
      const free = await new FreePorts().take(names.length * 6 + adminPorts)
      const ports = names.map((_, at): MachinePorts => {
        const [client, route, monitor, frontend, one, other] = free.slice(at * 6)
        return {
          ...{ client: client!, route: route!, monitor: monitor!, frontend: frontend! },
          backends: [one!, other!],
        }
      })
      return new DeployedMachines(folder, { program, ports, admin: free.slice(-adminPorts) })
    } catch (error) {
      rmSync(folder, { recursive: true })
      throw error
    }
  }

  private constructor(
    folder: string,
    made: {
      readonly program: string
      readonly ports: readonly MachinePorts[]
      readonly admin: readonly number[]
    },
  ) {
    this.folder = folder
    this.program = made.program
    this.#ports = made.ports
    this.#admin = made.admin
    this.servers = names.map(
      (name, at) =>
        new NatsServerProcess(made.program, join(folder, name), { name, ports: this.#ports[at]! }),
    )
    for (const at of names.keys()) this.#setUp(at)
  }

  machine(at: number): string {
    return join(this.folder, names[at]!)
  }

  configFile(at: number): string {
    return join(this.machine(at), 'starling.toml')
  }

  adminPort(at: number): number {
    return this.#admin[at]!
  }

  /** Of the front-end of a machine. */
  address(at: number): string {
    return `wss://127.0.0.1:${this.#ports[at]!.frontend}`
  }

  /** Of the certificate that clients see. */
  get fingerprint(): string {
    return new X509Certificate(readFileSync(join(this.machine(0), 'clients.pem'))).fingerprint256
  }

  /** As the starling.toml of the first machine has it. */
  logSettings(login: NatsLogin = this.backendLogin()): NatsSettings {
    const file = (name: string) => join(this.machine(0), name)
    return {
      servers: this.servers.map(({ address }) => `tls://${address}`),
      login,
      tls: {
        caFile: file('ca.pem'),
        certFile: file('machine.pem'),
        keyFile: file('machine-key.pem'),
      },
      ...{ stream: 'STARLING', replicas: 3, bytesMax: 2 ** 30, isUnsafeAllowed: false },
    }
  }

  backendLogin(): NatsLogin {
    const password = readFileSync(join(this.machine(0), 'nats-password'), 'utf8').trim()
    return { kind: 'password', user: 'starling', password }
  }

  async startServers(): Promise<void> {
    for (const server of this.servers) server.spawn()
    await this.#untilHealthy(this.servers)
  }

  async startServer(at: number): Promise<void> {
    this.servers[at]!.spawn()
    await this.#untilHealthy([this.servers[at]!])
  }

  async remove(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.end('SIGKILL')))
    rmSync(this.folder, { recursive: true })
  }

  async #untilHealthy(servers: readonly NatsServerProcess[]): Promise<void> {
    const isOk = async (server: NatsServerProcess) =>
      (await server.ask('/healthz'))?.status === 'ok'
    await until(async () => (await Promise.all(servers.map(isOk))).every(Boolean), {
      what: () => `servers\n${servers.map((server) => server.trace().slice(-1_500)).join('\n')}`,
      ms: 60_000,
    })
  }

  #setUp(at: number): void {
    const place = this.machine(at)
    const { client, route, monitor } = this.#ports[at]!
    const server = replaceAll(readFileSync(join(production, 'nats-server.conf'), 'utf8'), {
      '/etc/nats': place,
      '/var/lib/nats': join(place, 'nats'),
      '0.0.0.0:4222': `127.0.0.1:${client}`,
      '127.0.0.1:8222': `127.0.0.1:${monitor}`,
      '0.0.0.0:6222': `127.0.0.1:${route}`,
    })
    writeFileSync(this.servers[at]!.configFile, server)
    const own = join(place, 'nats-machine.conf')
    // Its own address comes first, then those of all.
    const routes = [route, ...this.#ports.map((ports) => ports.route)]
    writeFileSync(
      own,
      readFileSync(own, 'utf8').replaceAll(':6222', () => `:${routes.shift()}`),
    )
    this.#setUpStarling(place)
  }

  /** The certificate that clients see, the same everywhere, is here that of the first machine. */
  #setUpStarling(place: string): void {
    copyFileSync(join(this.machine(0), 'machine.pem'), join(place, 'clients.pem'))
    copyFileSync(join(this.machine(0), 'machine-key.pem'), join(place, 'clients-key.pem'))
    const [one, two, three] = this.#ports as readonly [MachinePorts, MachinePorts, MachinePorts]
    const frontends = this.#ports.map(({ frontend }) => frontend)
    const admin = [...this.#admin]
    const text = replaceAll(readFileSync(join(production, 'starling.toml'), 'utf8'), {
      '/var/lib/starling': join(place, 'data'),
      '10.0.0.1:4222': `127.0.0.1:${one.client}`,
      '10.0.0.2:4222': `127.0.0.1:${two.client}`,
      '10.0.0.3:4222': `127.0.0.1:${three.client}`,
      '10.0.0.1:4701': `127.0.0.1:${one.backends[0]}`,
      '10.0.0.2:4701': `127.0.0.1:${two.backends[0]}`,
      '10.0.0.3:4701': `127.0.0.1:${three.backends[0]}`,
      '10.0.0.3:4702': `127.0.0.1:${three.backends[1]}`,
      'wss://one.chat.example.org': this.address(0),
      'wss://two.chat.example.org': this.address(1),
      'wss://three.chat.example.org': this.address(2),
    })
      .replaceAll('0.0.0.0:443', () => `127.0.0.1:${frontends.shift()}`)
      .replaceAll(/^name = .*$/gm, (line) => `${line}\nadmin = ${admin.shift()}`)
    writeFileSync(join(place, 'starling.toml'), text)
  }
}

export function makeSecrets(folder: string, ...machines: readonly string[]): string {
  const script = join(production, 'make-secrets.sh')
  return execFileSync('sh', [script, folder, ...machines], { stdio: 'pipe' }).toString()
}

/** Throws for what is not there: then the test no longer fits the file. */
function replaceAll(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((changed, [part, by]) => {
    if (!changed.includes(part)) throw new Error(`nothing to replace: ${part}`)
    return changed.replaceAll(part, by)
  }, text)
}
