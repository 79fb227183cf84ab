/**
 * Three nats-servers, one on each of three machines, as docs/operating.md has them: replicated
 * threefold, each append synced, accounts and permissions those of deploy/production. TLS alone is
 * left out. What they think is asked over each one's monitoring port, on its own loopback, so that
 * a server that is cut off can be asked too.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findNatsServer } from '../../scripts/nats-server.ts'
import { askJson } from './ask-json.ts'
import type { Machine, Machines } from './machine.ts'
import { Service } from './service.ts'

const production = new URL('../../deploy/production/nats-server.conf', import.meta.url).pathname
const passwords = { LOG_PASSWORD: 'log-password', OPERATOR_PASSWORD: 'operator-password' }

/** They tell of themselves each second. */
const heardNsMax = 1_500_000_000

export const streamName = 'STARLING'
export const logUser = { user: 'starling', password: passwords.LOG_PASSWORD }

interface EngineServer {
  readonly service: Service
  readonly ports: Ports
}

interface Ports {
  readonly client: number
  readonly route: number
  readonly monitor: number
}

interface Replica {
  readonly name: string
  readonly current: boolean
  /** Nanoseconds since the leader heard of it. */
  readonly active: number
}

/** What one server says of the stream. */
export interface StreamDetail {
  readonly name: string
  readonly cluster: {
    readonly leader?: string
    readonly replicas?: readonly Replica[]
  }
  readonly state: { readonly first_seq: number; readonly last_seq: number }
}

export class EngineServers {
  readonly #servers: readonly EngineServer[]

  static async on(machines: Machines, names: readonly string[]): Promise<EngineServers> {
    const program = await findNatsServer()
    const places = await Promise.all(
      names.map(async (name) => {
        const machine = machines.get(name)
        return { machine, ports: await portsOn(machine) }
      }),
    )
    const routes = places.map(({ machine, ports }) => `${machine.address}:${ports.route}`)
    const servers = places.map(({ machine, ports }) => {
      const folder = join(machines.folder, machine.name)
      mkdirSync(folder)
      const file = join(folder, 'nats-server.conf')
      writeFileSync(file, configurationOf({ machine, ports, routes, folder }))
      const command = [program, '-c', file]
      return { service: new Service({ machine, command, folder: machines.folder }), ports }
    })
    return new EngineServers(servers)
  }

  private constructor(servers: readonly EngineServer[]) {
    this.#servers = servers
  }

  get services(): readonly Service[] {
    return this.#servers.map(({ service }) => service)
  }

  /** For `nats.servers`. */
  get addresses(): readonly string[] {
    return this.#servers.map(({ service, ports }) => `${service.machine.address}:${ports.client}`)
  }

  start(): void {
    for (const { service } of this.#servers) service.start()
  }

  /** All can take orders, and agree on who leads them. */
  async areHealthy(): Promise<boolean> {
    const leaders = await Promise.all(this.#servers.map((server) => metaLeaderOf(server)))
    return leaders.every((leader) => leader !== undefined && leader === leaders[0])
  }

  /** Who leads the stream, as a majority says. */
  async leader(): Promise<string | undefined> {
    const claims = (await this.details()).map((detail) => detail?.cluster.leader)
    return claims.find((name) => name && claims.filter((claim) => claim === name).length >= 2)
  }

  /**
   * All have the stream, at least up to a number, agree on who leads it, and the leader has just
   * heard the others and finds them up to date.
   */
  async areCurrent(upTo = 0): Promise<boolean> {
    if (!(await this.areHealthy())) return false
    const details = await this.details()
    const leader = details[0]?.cluster.leader
    const its = details[this.services.findIndex(({ name }) => name === leader)]
    return (
      details.every((one) => one?.cluster.leader === leader && one!.state.last_seq >= upTo) &&
      its?.cluster.replicas?.length === this.#servers.length - 1 &&
      its.cluster.replicas.every(({ current, active }) => current && active < heardNsMax)
    )
  }

  /** The greatest number that a server has. */
  async head(): Promise<number> {
    const details = await this.details()
    return Math.max(0, ...details.map((detail) => detail?.state.last_seq ?? 0))
  }

  /** In the order of the services; undefined when it does not answer. */
  details(): Promise<readonly (StreamDetail | undefined)[]> {
    return Promise.all(this.#servers.map((server) => detailOf(server)))
  }
}

async function portsOn(machine: Machine): Promise<Ports> {
  return {
    client: await machine.port(4_222),
    route: await machine.port(6_222),
    monitor: await machine.port(8_222),
  }
}

function configurationOf(server: {
  readonly machine: Machine
  readonly ports: Ports
  readonly routes: readonly string[]
  readonly folder: string
}): string {
  const { machine, ports, routes, folder } = server
  return [
    ...Object.entries(passwords).map(([name, password]) => `${name}: ${password}`),
    `server_name: ${machine.name}`,
    `listen: "${machine.address}:${ports.client}"`,
    `http: "127.0.0.1:${ports.monitor}"`,
    'ping_interval: "10s"',
    'write_deadline: "5s"',
    'lame_duck_duration: "30s"',
    'lame_duck_grace_period: "2s"',
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(folder, 'jetstream'))}`,
    '  sync_interval: always',
    '  max_memory_store: 64MB',
    '  max_file_store: 8GB',
    '}',
    'cluster {',
    '  name: starling',
    `  listen: "${machine.address}:${ports.route}"`,
    `  routes: [${routes.map((route) => `"nats-route://${route}"`).join(', ')}]`,
    '}',
    accountsOfProduction(),
  ].join('\n')
}

/** What the documented configuration lets whom do. */
function accountsOfProduction(): string {
  const text = readFileSync(production, 'utf8')
  const at = text.indexOf('\naccounts {')
  if (at === -1) throw new Error(`${production} has no accounts; they were looked for here`)
  return text.slice(at)
}

async function metaLeaderOf(server: EngineServer): Promise<string | undefined> {
  const health = await ask(server, '/healthz')
  if (health?.status !== 'ok') return undefined
  const figures = await ask(server, '/jsz')
  return (figures?.meta_cluster as { leader?: string } | undefined)?.leader
}

async function detailOf(server: EngineServer): Promise<StreamDetail | undefined> {
  const figures = await ask(server, '/jsz?accounts=true&streams=true')
  const accounts = (figures?.account_details ?? []) as { stream_detail?: StreamDetail[] }[]
  return accounts
    .flatMap((account) => account.stream_detail ?? [])
    .find(({ name }) => name === streamName)
}

async function ask(
  { service, ports }: EngineServer,
  path: string,
): Promise<Record<string, unknown> | undefined> {
  if (service.pid === undefined) return undefined
  return askJson(service.machine, ports.monitor, path)
}
