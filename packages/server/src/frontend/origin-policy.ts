/**
 * Which web pages may open a connection. A browser says in `Origin` where the page comes from. Let
 * in are: programs, which send none; the origins that the operator lists; the pages that the
 * front-ends serve under their public addresses, since a page goes to another front-end when its
 * own is gone; and a page that this address itself serves, if the address is one that nobody else
 * can take: an address in numbers, this machine, or a host under which the front-ends are known.
 * (Any other name could be re-pointed to this server by whoever owns it.)
 */
import { isIP } from 'node:net'
import { isLoopback } from '../tls/loopback.ts'

export interface OriginPolicy {
  readonly listed: readonly string[]
  /** Of the front-ends' own addresses. */
  readonly ownHosts: readonly string[]
  /** Of the pages that the front-ends serve. */
  readonly ownOrigins?: readonly string[]
}

/** `ws` is `http` with another name, and `wss` is `https`. */
export function originsOf(addresses: readonly string[]): readonly string[] {
  return addresses.map((address) => new URL(address.replace(/^ws/, 'http')).origin)
}

export function hostsOf(addresses: readonly string[]): readonly string[] {
  return addresses.map((address) => new URL(address).hostname)
}

export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  policy: OriginPolicy,
): boolean {
  if (origin === undefined) return true
  if (policy.listed.includes('*') || policy.listed.includes(origin)) return true
  if (policy.ownOrigins?.includes(origin)) return true
  if (!URL.canParse(origin) || host === undefined) return false
  const page = new URL(origin)
  const name = page.hostname
  if (isLoopback(name) && isThisMachine(host, page.port)) return true
  if (page.host !== host.toLowerCase()) return false
  const bare = name.replace(/^\[|\]$/g, '')
  return isIP(bare) !== 0 || policy.ownHosts.includes(name)
}

/** `localhost` and `127.0.0.1` are the same place by two names, as long as the port is the same. */
function isThisMachine(host: string, port: string): boolean {
  const url = URL.parse(`http://${host}`)
  return url !== null && isLoopback(url.hostname) && url.port === port
}
