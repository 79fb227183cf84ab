/**
 * Which addresses a message may lead to: the schemes below, written out. All else, `javascript:`
 * among it, stays text.
 */
const schemes = new Set(['http:', 'https:', 'mailto:'])

export interface SafeLink {
  readonly href: string
  /** Shown when the text of the link looks like another address. */
  readonly host: string
}

export function safeLink(written: string): SafeLink | undefined {
  const url = URL.parse(written.trim())
  if (url === null || !schemes.has(url.protocol)) return undefined
  if (url.username !== '' || url.password !== '') return undefined
  return { href: url.href, host: url.protocol === 'mailto:' ? url.pathname : url.host }
}

/** `bank.example` leading to somewhere else. */
export function isMisleading(label: string, { host }: SafeLink): boolean {
  const shown = /^\s*(?:https?:\/\/)?([^\s/:?#]+\.[^\s/:?#]+)/i.exec(label)?.[1]
  if (shown === undefined) return false
  return bare(shown) !== bare(host)
}

function bare(host: string): string {
  const at = host.lastIndexOf('@')
  return host
    .slice(at + 1)
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/:\d+$/, '')
}
