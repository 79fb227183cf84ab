/** What each role's process is told at its start, out of the configuration. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { backendTuning } from '@starling/core/backend/backend-io'
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import { type Limits, limits } from '@starling/protocol/limits'
import { type BackendSettings, backendShellTuning } from '../backend/backend-settings.ts'
import type { PeerBackend } from '../backend/snapshot-taker.ts'
import {
  type ClientTls,
  type FrontendSettings,
  frontendShellTuning,
} from '../frontend/frontend-settings.ts'
import { linkTuning } from '../link/link-settings.ts'
import type { AdminPeer, AdminSettings, TraceSettings } from '../telemetry/telemetry-settings.ts'
import { addressText } from './address.ts'
import type { Config, FrontendConfig } from './config.ts'
import { defaultHost, type SettingKey, settings } from './settings.ts'

/** Where `packages/web` is built to. */
const webFolder = fileURLToPath(new URL('../../../web/dist', import.meta.url))

/** The configuration must have a front-end of that name. */
export function frontendSettingsOf(config: Config, name: string): FrontendSettings {
  const { values } = config
  const frontend = config.frontends.find((it) => it.name === name)
  assert(frontend, `no front-end "${name}"`)
  const others = config.frontends.filter((it) => it !== frontend)
  return {
    name,
    host: frontend.listen.host,
    port: frontend.listen.port,
    reusePort: others.some(({ listen }) => isSameListen(listen, frontend.listen)),
    address: frontend.publicAddress,
    otherAddresses: [...new Set(others.map((it) => it.publicAddress))].filter(
      (address) => address !== frontend.publicAddress,
    ),
    tls: clientTlsOf(config),
    allowPlaintext: values['tls.allowPlaintext'],
    origins: values['clients.origins'],
    ...(values.web ? { site: webFolder } : {}),
    backends: config.backends.map((it) => ({ name: it.name, rank: it.rank, ...it.address })),
    linkSecurity: config.linkSecurity,
    linkTuning,
    policy: values['balancing.policy'],
    longMessageCharacters: values['balancing.longMessage'],
    limits: limitsOf(config),
    tuning: {
      ...frontendTuning,
      backendInFlightMax: values['balancing.inFlightMax'],
      framesPerSecond: values['rates.framesPerSecond'],
      framesBurst: values['rates.framesBurst'],
      loginsPerMinute: values['rates.loginsPerMinute'],
    },
    shell: { ...frontendShellTuning, connectionsMax: values['clients.connectionsMax'] },
    ...adminOf(frontend.adminPort, {
      peers: adminPeersOf(config, others),
      engine: values.engine,
    }),
  }
}

/** The configuration must have a backend of that name. */
export function backendSettingsOf(config: Config, name: string): BackendSettings {
  const backend = config.backends.find((it) => it.name === name)
  assert(backend, `no backend "${name}"`)
  return {
    name,
    rank: backend.rank,
    listen: backend.listen,
    linkSecurity: config.linkSecurity,
    linkTuning,
    areGuestsAllowed: config.values['accounts.guests'],
    isRegistrationOpen: config.values['accounts.registration'],
    limits: limitsOf(config),
    tuning: backendTuning,
    shell: backendShellTuning,
    ...adminOf(backend.adminPort),
  }
}

/**
 * The other backends, secondaries first: they have less to do than primaries, which long messages
 * go to.
 */
export function peersOf(config: Config, name: string): readonly PeerBackend[] {
  const others = config.backends.filter((it) => it.name !== name).reverse()
  return others.map(({ name: other, address }) => ({ name: other, address }))
}

export function traceSettingsOf(config: Config): TraceSettings {
  return { level: config.values['trace.level'], format: 'auto' }
}

/** The protocol's limits with what the operator changed. */
function limitsOf(config: Config): Limits {
  const changed = Object.keys(settings)
    .filter((key) => key.startsWith('limits.'))
    .map((key) => [key.slice('limits.'.length), config.values[key as SettingKey]])
  return { ...limits, ...Object.fromEntries(changed) }
}

function clientTlsOf(config: Config): ClientTls {
  const certFile = config.pathOf('tls.certFile')
  const keyFile = config.pathOf('tls.keyFile')
  if (certFile !== undefined && keyFile !== undefined) return { kind: 'files', certFile, keyFile }
  if (!config.values['tls.selfSigned']) return { kind: 'off' }
  return { kind: 'self-signed', dataDir: config.dataFolder, hosts: certificateHosts(config) }
}

function certificateHosts(config: Config): readonly string[] {
  const hosts = config.frontends.flatMap(({ listen, publicAddress }) => [
    listen.host,
    new URL(publicAddress).hostname.replace(/^\[|\]$/g, ''),
  ])
  return [...new Set([defaultHost, ...hosts])]
}

function isSameListen(a: FrontendConfig['listen'], b: FrontendConfig['listen']): boolean {
  return a.host === b.host && a.port === b.port
}

function adminOf(
  port: number,
  more: Omit<AdminSettings, 'host' | 'port'> = {},
): { readonly admin?: AdminSettings } {
  return port === 0 ? {} : { admin: { host: defaultHost, port, ...more } }
}

function adminPeersOf(config: Config, others: readonly FrontendConfig[]): readonly AdminPeer[] {
  const frontends = others.map(({ name, publicAddress: address, adminPort: port }) => {
    return { role: 'frontend' as const, name, address, port }
  })
  const backends = config.backends.map(({ name, address, adminPort: port }) => {
    return { role: 'backend' as const, name, address: addressText(address), port }
  })
  return [...frontends, ...backends]
}
