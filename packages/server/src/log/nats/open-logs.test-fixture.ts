/** Logs on a cluster, each with a stream of its own. */
import type { MadeLog } from '@starling/core/log/log-contract.test-suite'
import type { NatsCluster } from './nats-cluster.test-fixture.ts'
import { NatsLog } from './nats-log.ts'
import type { NatsLogOptions } from './nats-opening.ts'
import type { NatsSettings } from './nats-settings.ts'

export function settingsFor(
  cluster: NatsCluster,
  settings: Partial<NatsSettings> = {},
): NatsSettings {
  return {
    servers: cluster.addresses,
    login: { kind: 'none' },
    system: { kind: 'password', user: 'system', password: 'system' },
    stream: 'STARLING',
    replicas: cluster.servers.length,
    bytesMax: 64 * 1024 * 1024,
    isUnsafeAllowed: false,
    ...settings,
  }
}

/** An account without a login, and one of the system. */
export const openAccounts = [
  'accounts {',
  '  CHAT { jetstream: enabled, users: [{ user: chat, password: chat }] }',
  '  SYS { users: [{ user: system, password: system }] }',
  '}',
  'system_account: SYS',
  'no_auth_user: chat',
]

export function openLog(
  settings: NatsSettings,
  options: Partial<NatsLogOptions> = {},
): Promise<NatsLog> {
  return NatsLog.open(settings, { name: 'primary-1', onNotice: () => {}, ...options })
}

/** New streams, one after the other. */
export class Streams {
  #count = 0

  next(): string {
    this.#count += 1
    return `LOG${this.#count}`
  }
}

export function madeLog(settings: NatsSettings): MadeLog {
  return { open: () => openLog(settings) }
}
