/** Asks the servers how safely they store, at the start and then every minute. */
import type { NatsConnection } from '@nats-io/transport-node'
import { dial } from './dial.ts'
import type { StreamInfo } from './jetstream-api.ts'
import { knock } from './knock.ts'
import type { NatsLine } from './nats-line.ts'
import type { NatsSettings } from './nats-settings.ts'
import { natsTuning } from './nats-tuning.ts'
import type { NatsNotice } from './nats-view.ts'
import { askServers, findUnsafe, silentServers, type Unsafe, warningOf } from './servers-guard.ts'

export interface ServersCheckOptions {
  readonly line: NatsLine
  readonly settings: NatsSettings
  readonly name: string
  readonly onNotice: (notice: NatsNotice) => void
}

export class ServersCheck {
  readonly #options: ServersCheckOptions
  #warnings: readonly string[] = []
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined
  readonly #ending = new AbortController()

  constructor(options: ServersCheckOptions) {
    this.#options = options
  }

  /** What was found last. */
  get warnings(): readonly string[] {
    return this.#warnings
  }

  /** Undefined when there is no connection to ask over. */
  async find(stream: StreamInfo | undefined): Promise<readonly Unsafe[] | undefined> {
    const { line, settings } = this.#options
    const { connection } = line
    if (!connection) return undefined
    const system = await this.#systemConnection(connection)
    let expected = namesIn(stream)
    try {
      for (let asked = 1; ; asked += 1) {
        const servers = await askServers(connection, system, expected)
        const silent = silentServers(servers)
        // One that was slow, or has just come back, is not taken for one that may not be asked.
        const isSure = silent.length === 0 || servers.storing.length === 0
        if (isSure || asked >= natsTuning.serversAskedMax) return findUnsafe(servers, settings)
        expected = [...servers.storing.map(({ server }) => server.name), ...silent]
      }
    } finally {
      if (system !== connection) await system.close()
    }
  }

  /** What the start went on with. */
  accept(unsafe: readonly Unsafe[]): void {
    this.#warnings = unsafe.map(warningOf)
    for (const text of this.#warnings) this.#options.onNotice({ level: 'warn', text })
  }

  /** Servers may come back with other settings. */
  keepChecking(stream: () => StreamInfo | undefined): void {
    this.#timer = setTimeout(() => {
      this.#checking = this.checkAgain(stream()).finally(() => {
        if (!this.#ending.signal.aborted) this.keepChecking(stream)
      })
    }, natsTuning.serversCheckMs)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#ending.abort()
    clearTimeout(this.#timer)
    await this.#checking
  }

  /** Tells what has become worse, or good again. */
  async checkAgain(stream: StreamInfo | undefined): Promise<void> {
    let unsafe: readonly Unsafe[] | undefined
    try {
      unsafe = await this.find(stream)
    } catch (error) {
      const why = (error as Error).message
      const text = `The NATS servers could not be asked how they store: ${why}.`
      return this.#options.onNotice({ level: 'warn', text })
    }
    if (unsafe === undefined || this.#ending.signal.aborted) return
    const before = new Set(this.#warnings)
    this.#warnings = unsafe.map(warningOf)
    for (const text of this.#warnings) {
      if (!before.has(text)) this.#options.onNotice({ level: 'error', text })
    }
    if (before.size > 0 && this.#warnings.length === 0) {
      const text = 'All NATS servers store before they acknowledge again.'
      this.#options.onNotice({ level: 'info', text })
    }
  }

  async #systemConnection(own: NatsConnection): Promise<NatsConnection> {
    const { line, settings, name } = this.#options
    const { server } = line
    if (!settings.system || !server) return own
    const { otherServerMs, dialMsMax: msMax } = natsTuning
    const { signal } = this.#ending
    const knocked = await knock([server.address], { msMax, otherServerMs, signal })
    return dial(knocked, { settings, login: settings.system, name: `${name} (system)` }, msMax)
  }
}

function namesIn(stream: StreamInfo | undefined): readonly string[] {
  const { leader, replicas = [] } = stream?.cluster ?? {}
  const there = replicas.filter(({ offline }) => !offline).map(({ name }) => name)
  return leader === undefined ? [] : [leader, ...there]
}
