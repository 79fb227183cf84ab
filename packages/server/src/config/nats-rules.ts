/** What must hold between the keys of the engine "nats". Files are looked at when it is used. */
import type { LinkAddress } from '../link/link-settings.ts'
import { isLoopbackHost, parseAddress } from './address.ts'
import type { ConfigProblem } from './config-error.ts'
import { type NatsKey, natsKeys } from './nats-keys.ts'
import type { SettingValues } from './settings.ts'

export interface NatsRules {
  readonly values: SettingValues
  /** Whether the operator wrote it, in any place. */
  readonly isGiven: (key: string) => boolean
  readonly where: (key: string) => string
  readonly problems: ConfigProblem[]
  readonly warnings: string[]
}

const everyKey = Object.keys(natsKeys) as readonly NatsKey[]
const tlsFiles = ['nats.caFile', 'nats.certFile', 'nats.keyFile'] as const

export function checkNats(rules: NatsRules): void {
  if (rules.values.engine !== 'nats') {
    const idle = everyKey.filter((key) => rules.isGiven(key))
    if (idle.length === 0) return
    const verb = idle.length === 1 ? 'does' : 'do'
    rules.warnings.push(`${idle.join(', ')} ${verb} nothing without engine = "nats"`)
    return
  }
  checkServers(rules)
  const logins = ['nats.user', 'nats.credsFile', 'nats.nkeyFile'] as const
  checkOneOf(rules, logins, 'log in in one way')
  checkPassword(rules, ['nats.user', 'nats.password', 'nats.passwordFile'])
  checkOneOf(rules, ['nats.systemUser', 'nats.systemCredsFile'], 'log in in one way')
  const system = ['nats.systemUser', 'nats.systemPassword', 'nats.systemPasswordFile'] as const
  checkPassword(rules, system)
  checkCertificate(rules)
  checkStream(rules)
}

export interface NatsServer extends LinkAddress {
  readonly isTls: boolean
}

export function parseNatsServer(text: string): NatsServer | undefined {
  const [, scheme = '', rest = ''] = /^(?:(nats|tls):\/\/)?(.+)$/.exec(text.trim()) ?? []
  const address = parseAddress(rest) ?? parseAddress(`${rest}:4222`)
  return address && { ...address, isTls: scheme === 'tls' }
}

/** Whether backends insist on TLS. */
export function isNatsTls(values: SettingValues): boolean {
  return (
    tlsFiles.some((key) => values[key] !== undefined) ||
    values['nats.servers'].some((text) => parseNatsServer(text)?.isTls === true)
  )
}

function checkServers(rules: NatsRules): void {
  const { values, warnings } = rules
  const servers = values['nats.servers']
  if (servers.length === 0) {
    problem(rules, 'nats.servers', 'the engine "nats" has no servers', 'name at least one')
  }
  for (const text of servers) {
    if (parseNatsServer(text) !== undefined) continue
    if (text.includes('@')) {
      const remedy = 'write them as nats.user and nats.passwordFile'
      problem(rules, 'nats.servers', 'an address holds a user or a password', remedy)
    } else {
      const remedy = 'write host:port, like "10.0.0.1:4222" or "tls://nats.example.org:4222"'
      problem(rules, 'nats.servers', `found ${JSON.stringify(text)}`, remedy)
    }
  }
  const open = servers.find((text) => !isLoopbackHost(parseNatsServer(text)?.host ?? 'localhost'))
  if (open !== undefined && !isNatsTls(values)) {
    warnings.push(
      `${open} is reached over the network, perhaps without TLS: set nats.caFile, or write ` +
        'tls:// before the address',
    )
  }
}

function checkOneOf(rules: NatsRules, keys: readonly NatsKey[], say: string): void {
  const given = keys.filter((key) => rules.values[key] !== undefined)
  if (given.length < 2) return
  problem(rules, given[1]!, `found beside ${given[0]}`, `${say}: keep one of the two`)
}

function checkPassword(rules: NatsRules, keys: readonly [NatsKey, NatsKey, NatsKey]): void {
  const [user, password, file] = keys
  const { values } = rules
  const ways = [password, file].filter((key) => values[key] !== undefined)
  if (ways.length === 2) problem(rules, file, `found beside ${password}`, 'keep one of the two')
  const given = ways[0]
  if (given !== undefined && values[user] === undefined) {
    problem(rules, given, `${user} is missing`, 'a user and a password go together')
  }
  if (given === undefined && values[user] !== undefined) {
    problem(rules, user, 'it has no password', `set ${file} (or ${password})`)
  }
}

function checkCertificate(rules: NatsRules): void {
  const certificate = ['nats.certFile', 'nats.keyFile'] as const
  const given = certificate.filter((key) => rules.values[key] !== undefined)
  if (given.length !== 1) return
  const missing = certificate.find((key) => key !== given[0])
  const remedy = 'a certificate and its private key go together'
  problem(rules, given[0]!, `${missing} is missing`, remedy)
}

function checkStream(rules: NatsRules): void {
  const { values, warnings } = rules
  const stream = values['nats.stream']
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(stream)) {
    const remedy = `write ${natsKeys['nats.stream'].allowed}, at most 64 characters`
    problem(rules, 'nats.stream', `found ${JSON.stringify(stream)}`, remedy)
  }
  const replicas = values['nats.replicas']
  if (replicas % 2 === 0) {
    const remedy = `write ${replicas + 1} or ${replicas - 1}: a majority must be left when one dies`
    problem(rules, 'nats.replicas', `found ${replicas}`, remedy)
  }
  if (values['nats.allowUnsafe']) {
    warnings.push(
      'nats.allowUnsafe is set: acknowledged messages may be lost; it is for trying out',
    )
  }
}

function problem(rules: NatsRules, key: NatsKey, found: string, remedy: string): void {
  rules.problems.push({ where: rules.where(key), key, found, remedy })
}
