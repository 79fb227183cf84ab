/** The front-ends and backends of the configuration, complete by their place in the list. */
import { ranks } from '@starling/core/link/down'
import type { LinkAddress } from '../link/link-settings.ts'
import { addressText, parseAddress } from './address.ts'
import type { BackendConfig, FrontendConfig } from './config.ts'
import type { ConfigProblem } from './config-error.ts'
import type { ConfigFile } from './config-file.ts'
import type { SourcedValues } from './config-values.ts'
import {
  backendsMax,
  defaultBackends,
  defaultHost,
  defaultPorts,
  frontendsMax,
  type SettingValues,
} from './settings.ts'

export interface RoleSources {
  readonly file: ConfigFile
  readonly values: SettingValues
  readonly sourced: SourcedValues
  readonly problems: ConfigProblem[]
  /** Of the first front-end: `STARLING_PORT` and `--port`. */
  readonly port: { readonly environment: string | undefined; readonly flag: string | undefined }
}

/** Reads and completes the keys of one entry of a list; each is left in `sourced` as it stands. */
class RoleEntry {
  readonly #sources: RoleSources
  readonly prefix: string

  constructor(sources: RoleSources, prefix: string) {
    this.#sources = sources
    this.prefix = prefix
  }

  value<T>(key: string, fallback: T): T {
    const name = `${this.prefix}.${key}`
    const { sourced } = this.#sources
    const found = sourced.get(name)
    if (found === undefined || found.from === 'default') {
      sourced.set(name, { value: fallback, from: 'default' })
      return fallback
    }
    return found.value as T
  }

  name(fallback: string | undefined): string {
    const name = this.value('name', fallback)
    if (name === undefined) {
      this.problem('name', 'it has no name', 'write a name = "…" into it')
      return this.prefix
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(name)) {
      this.problem('name', `found ${JSON.stringify(name)}`, 'write letters, digits and "-" only')
    }
    return name
  }

  address(key: string, fallback: LinkAddress): LinkAddress {
    const text = this.value(key, addressText(fallback))
    const address = parseAddress(text)
    if (address === undefined) {
      const remedy = 'write host:port, like "10.0.0.5:4701" or "[::1]:4701"'
      this.problem(key, `found ${JSON.stringify(text)}`, remedy)
    }
    return address ?? fallback
  }

  problem(key: string, found: string, remedy: string): void {
    const name = `${this.prefix}.${key}`
    const from = this.#sources.sourced.get(name)?.from ?? 'default'
    const where = from === 'default' ? this.#sources.file.where(name) : from
    this.#sources.problems.push({ where, key: name, found, remedy })
  }
}

function listed(sources: RoleSources, list: string, max: number): number {
  const value = sources.file.tree[list]
  const count = Array.isArray(value) ? value.length : 0
  if (count > max) {
    sources.problems.push({
      where: sources.file.where(`${list}.${max}`),
      key: list,
      found: `found ${count}`,
      remedy: `list at most ${max}`,
    })
  }
  return Math.min(count, max)
}

export function readFrontends(sources: RoleSources): readonly FrontendConfig[] {
  const count = Math.max(1, listed(sources, 'frontends', frontendsMax))
  const isTls =
    sources.values['tls.selfSigned'] ||
    (sources.values['tls.certFile'] !== undefined && sources.values['tls.keyFile'] !== undefined)
  return Array.from({ length: count }, (_, at) => {
    const entry = new RoleEntry(sources, `frontends.${at}`)
    const name = entry.name(`frontend-${at + 1}`)
    let listen = entry.address('listen', { host: defaultHost, port: defaultPorts.frontend + at })
    if (at === 0) listen = withPort(sources, entry, listen)
    const made = `${isTls ? 'wss' : 'ws'}://${addressText(listen)}`
    const publicAddress = entry.value('public', made)
    if (!isPublicAddress(publicAddress)) {
      const remedy = 'write ws://host[:port] or wss://host[:port]'
      entry.problem('public', `found ${JSON.stringify(publicAddress)}`, remedy)
    }
    const adminPort = entry.value('admin', defaultPorts.frontendAdmin + at)
    return { name, listen, publicAddress, adminPort }
  })
}

/** `--port` over `STARLING_PORT` over the file. */
function withPort(sources: RoleSources, entry: RoleEntry, listen: LinkAddress): LinkAddress {
  const { environment, flag } = sources.port
  const from = flag === undefined ? 'STARLING_PORT' : '--port'
  const text = flag ?? environment
  if (text === undefined || text === '') return listen
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) {
    sources.problems.push({
      where: from,
      key: '',
      found: `found ${JSON.stringify(text)}`,
      remedy: 'write a port from 1 to 65535',
    })
    return listen
  }
  const changed = { host: listen.host, port }
  sources.sourced.set(`${entry.prefix}.listen`, { value: addressText(changed), from })
  return changed
}

function isPublicAddress(text: string): boolean {
  if (!/^wss?:\/\//.test(text) || !URL.canParse(text)) return false
  const { hostname, username, password, hash } = new URL(text)
  return hostname !== '' && username === '' && password === '' && hash === ''
}

export function readBackends(sources: RoleSources): readonly BackendConfig[] {
  const count = listed(sources, 'backends', backendsMax)
  if (count === 0) return defaultBackends.map((role, at) => readBackend(sources, at, role))
  return Array.from({ length: count }, (_, at) => readBackend(sources, at, undefined))
}

function readBackend(
  sources: RoleSources,
  at: number,
  role: (typeof defaultBackends)[number] | undefined,
): BackendConfig {
  const entry = new RoleEntry(sources, `backends.${at}`)
  const name = entry.name(role?.name)
  const rank = entry.value<(typeof ranks)[number] | undefined>('rank', role?.rank)
  const isToldAlready = sources.problems.some(({ key }) => key === `backends.${at}.rank`)
  if (rank === undefined && !isToldAlready) {
    entry.problem('rank', 'it has no rank', 'write rank = "primary" or rank = "secondary"')
  }
  const address = entry.address('address', { host: defaultHost, port: defaultPorts.backend + at })
  const listen = entry.address('listen', address)
  const adminPort = entry.value('admin', defaultPorts.backendAdmin + at)
  return { name, rank: rank ?? ranks[1], address, listen, adminPort }
}
