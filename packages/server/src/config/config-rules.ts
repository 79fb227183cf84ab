/** What must hold between values that are each right by themselves. */
import type { LinkAddress, LinkSecurity } from '../link/link-settings.ts'
import { addressText, isLoopbackHost, isWildcardHost } from './address.ts'
import type { BackendConfig, FrontendConfig } from './config.ts'
import { checkNats, type NatsRules } from './nats-rules.ts'

export interface Rules extends NatsRules {
  readonly frontends: readonly FrontendConfig[]
  /** In the file's order. */
  readonly backends: readonly BackendConfig[]
  readonly linkSecurity: LinkSecurity
}

export function checkRules(rules: Rules): void {
  checkNames(rules)
  checkPorts(rules)
  checkEngine(rules)
  checkNats(rules)
  checkLinks(rules)
  checkTls(rules)
  checkSizes(rules)
}

function checkNames({ frontends, backends, where, problems }: Rules): void {
  const seen = new Set<string>()
  const roles = [
    ...frontends.map(({ name }, at) => ({ name, key: `frontends.${at}.name` })),
    ...backends.map(({ name }, at) => ({ name, key: `backends.${at}.name` })),
  ]
  for (const { name, key } of roles) {
    if (seen.has(name)) {
      problems.push({
        where: where(key),
        key,
        found: `a second "${name}"`,
        remedy: 'give every front-end and backend a name of its own',
      })
    }
    seen.add(name)
  }
}

const everywhere = new Set(['0.0.0.0', '::'])

/** Front-ends of one machine may share where they listen; nothing else may. */
function checkPorts({ frontends, backends, where, problems }: Rules): void {
  const users = new Map<string, string>()
  const claim = (place: string, key: string, isShared = false): void => {
    const other = users.get(place)
    if (other !== undefined && !isShared) {
      problems.push({
        where: where(key),
        key,
        found: `${place} is taken by ${other}`,
        remedy: 'choose another port',
      })
    }
    users.set(place, key)
  }
  for (const [at, { listen }] of frontends.entries()) {
    const isShared = frontends.slice(0, at).some((it) => isSamePlace(it.listen, listen))
    claim(addressText(listen), `frontends.${at}.listen`, isShared)
  }
  for (const [at, { address, listen }] of backends.entries()) {
    const key = isSamePlace(address, listen) ? 'address' : 'listen'
    // Two may listen everywhere on one port when they are on different machines.
    const host = everywhere.has(listen.host) ? address.host : listen.host
    claim(addressText({ host, port: listen.port }), `backends.${at}.${key}`)
  }
  const admins = [
    ...frontends.map(({ adminPort }, at) => ({ adminPort, key: `frontends.${at}.admin` })),
    ...backends.map(({ adminPort }, at) => ({ adminPort, key: `backends.${at}.admin` })),
  ]
  for (const { adminPort, key } of admins) {
    if (adminPort !== 0) claim(`127.0.0.1:${adminPort}`, key)
  }
}

function isSamePlace(a: LinkAddress, b: LinkAddress): boolean {
  return a.host === b.host && a.port === b.port
}

/** One file on one disk: the backends of the sqlite engine share a machine. */
function checkEngine({ values, backends, where, problems }: Rules): void {
  if (values.engine !== 'sqlite') return
  const hostOf = (backend: BackendConfig): string => {
    const host = backend.address.host.toLowerCase()
    return isLoopbackHost(host) ? 'this machine' : host
  }
  const first = backends[0]!
  const other = backends.findIndex((backend) => hostOf(backend) !== hostOf(first))
  if (other < 0) return
  const key = `backends.${other}.address`
  problems.push({
    where: where(key),
    key,
    found:
      `"${backends[other]!.name}" is on ${hostOf(backends[other]!)} and ` +
      `"${first.name}" on ${hostOf(first)}, but the engine "sqlite" is one file on one machine`,
    remedy: 'give all backends the same host, or use engine = "nats"',
  })
}

function checkLinks({ backends, linkSecurity, where, problems }: Rules): void {
  if (linkSecurity.kind !== 'plain') return
  for (const [at, { name, address, listen }] of backends.entries()) {
    const open = [address, listen].find(({ host }) => !isLoopbackHost(host))
    if (open === undefined) continue
    const key = `backends.${at}.${isLoopbackHost(address.host) ? 'listen' : 'address'}`
    problems.push({
      where: where(key),
      key,
      found: `"${name}" is reached over the network at ${addressText(open)} without protection`,
      remedy: 'set cluster.key or cluster.keyFile, the same on every machine',
    })
  }
}

function checkTls({ values, frontends, where, problems, warnings }: Rules): void {
  const certFile = values['tls.certFile']
  const keyFile = values['tls.keyFile']
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const [key, missing] =
      certFile === undefined ? ['tls.keyFile', 'tls.certFile'] : ['tls.certFile', 'tls.keyFile']
    problems.push({
      where: where(key!),
      key: key!,
      found: `${missing} is missing`,
      remedy: 'a certificate and its private key go together',
    })
  } else if (certFile !== undefined && values['tls.selfSigned']) {
    problems.push({
      where: where('tls.selfSigned'),
      key: 'tls.selfSigned',
      found: 'found true beside tls.certFile',
      remedy: 'keep one of the two',
    })
  }
  const isTls = certFile !== undefined || keyFile !== undefined || values['tls.selfSigned']
  for (const [at, { name, listen, publicAddress }] of frontends.entries()) {
    const key = `frontends.${at}.listen`
    if (!isLoopbackHost(listen.host) && !isTls) {
      const open = `"${name}" listens on ${addressText(listen)} without TLS`
      if (values['tls.allowPlaintext']) {
        warnings.push(`${open}: everybody on the way can read and change the chat`)
      } else {
        const remedy =
          'set tls.selfSigned = true, or tls.certFile and tls.keyFile, or tls.allowPlaintext = true'
        problems.push({ where: where(key), key, found: open, remedy })
      }
    }
    if (isWildcardHost(hostOf(publicAddress))) {
      warnings.push(
        `clients are told to find "${name}" at ${publicAddress}, no address; set its public`,
      )
    }
  }
}

/** The host of a public address; one that cannot be read was told of already. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : ''
}

/** JSON may spell one byte of text as `\u0000`, six. */
function checkSizes({ values, where, problems }: Rules): void {
  const message = values['limits.messageBytesMax']
  const frame = values['limits.frameBytesMax']
  const needed = message * 6 + 8_192
  if (frame < needed) {
    problems.push({
      where: where('limits.messageBytesMax'),
      key: 'limits.messageBytesMax',
      found:
        `a message of ${message} bytes may need a frame of ${needed}, ` +
        `limits.frameBytesMax is ${frame}`,
      remedy: `set limits.frameBytesMax to at least ${needed}, or lower this`,
    })
  }
}
