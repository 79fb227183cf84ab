/** Loopback is the one network on which encryption may be left out. */
import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** A host as written in a setting, or an address as a socket tells it. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const family = isIP(bare)
  if (family === 4) return loopback.check(bare, 'ipv4')
  // An IPv4 address in IPv6 clothes is checked as what it is.
  if (family === 6) return loopback.check(bare, 'ipv6')
  return bare.toLowerCase() === 'localhost'
}

/** A host as it stands in a URL. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}
