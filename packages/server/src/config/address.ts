/** `host:port` as people write it; IPv6 hosts stand in brackets. */
import type { LinkAddress } from '../link/link-settings.ts'

export function parseAddress(text: string): LinkAddress | undefined {
  const found = /^(?:\[([0-9A-Fa-f:.%]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/.exec(text.trim())
  if (!found) return undefined
  const port = Number(found[3])
  const host = found[1] ?? found[2]!
  return port >= 1 && port <= 65_535 ? { host, port } : undefined
}

export function addressText(address: LinkAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${host}:${address.port}`
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Hosts to listen on that mean: every address of this machine. */
export function isWildcardHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
