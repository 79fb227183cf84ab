/**
 * Which web pages may open a connection. A browser says in `Origin` where the page comes from. Let
 * in are: programs, which send none; the origins that the operator lists; and a page that this
 * address itself serves, if the address is one that nobody else can take: an address in numbers,
 * this machine, or a host under which the front-ends are known. (Any other name could be
 * re-pointed to this server by whoever owns it.)
 */
import { isIP } from 'node:net'
import { isLoopback } from '../tls/loopback.ts'

export interface OriginPolicy {
  readonly listed: readonly string[]
  /** Of the front-ends' own addresses. */
  readonly ownHosts: readonly string[]
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
  if (!URL.canParse(origin)) return false
  const page = new URL(origin)
  if (host === undefined || page.host !== host.toLowerCase()) return false
  const name = page.hostname
  const bare = name.replace(/^\[|\]$/g, '')
  return isLoopback(name) || isIP(bare) !== 0 || policy.ownHosts.includes(name)
}
