/**
 * Answers a request at the client port that is no WebSocket: a file of the web client, or a plain
 * sentence. Every answer carries the policy under which a page from here runs: its own scripts and
 * styles, connections to this cluster's front-ends, and nothing else.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Encoding, StaticFile, StaticSite } from './static-site.ts'

export interface StaticAnswers {
  /** Undefined: the web client is turned off. */
  readonly site: StaticSite | undefined
  /** `ws://…` or `wss://…` of all front-ends: a page goes to another when this one is gone. */
  readonly addresses: readonly string[]
  /** Whoever takes nothing of an answer for so long is cut. */
  readonly unreadMsMax: number
}

type Headers = { readonly [name: string]: string }

const yearSeconds = 31_536_000

export function securityHeaders(addresses: readonly string[]): Headers {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...new Set(addresses.map(originOf))].join(' ')}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
}

/** Never rejects for what a request says. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { site, addresses, unreadMsMax }: StaticAnswers,
): Promise<void> {
  response.setTimeout(unreadMsMax, () => response.destroy())
  const own = ownAddress(request)
  const headers = securityHeaders(own === undefined ? addresses : [own, ...addresses])
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return say(request, response, { status: 405, text: 'Only GET.', headers })
  }
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const file = site?.file(path)
  if (file !== undefined) return sendFile(request, response, { file, headers })
  if (path !== '/') {
    return say(request, response, { status: 404, text: 'There is nothing here.', headers })
  }
  return say(request, response, { status: 200, text: sentenceAbout(site), headers })
}

function sentenceAbout(site: StaticSite | undefined): string {
  const others = 'This is a Starling front-end. Connect with: npm run chat ADDRESS'
  return site === undefined
    ? others
    : `The web client cannot be served: ${site.trouble}. On the server, run ` +
        `"node scripts/setup.mjs", which builds it, and load this page again.\n\n${others}`
}

interface FileAnswer {
  readonly file: StaticFile
  readonly headers: Headers
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { file, headers }: FileAnswer,
): Promise<void> {
  const encoding = file.isCompressible ? encodingFor(request) : 'identity'
  const tag = `"${file.tag}${encoding === 'identity' ? '' : `-${encoding}`}"`
  const all = {
    ...headers,
    etag: tag,
    'cache-control': file.isHashed ? `public, max-age=${yearSeconds}, immutable` : 'no-cache',
    ...(file.isCompressible ? { vary: 'accept-encoding' } : {}),
  }
  if (isHeld(request.headers['if-none-match'], tag)) {
    response.writeHead(304, all).end()
    return
  }
  const body = await file.body(encoding)
  response.writeHead(200, {
    ...all,
    'content-type': file.type,
    'content-length': body.length,
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function say(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text, headers }: { status: number; text: string; headers: Headers },
): void {
  const body = `${text}\n`
  response.writeHead(status, {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function encodingFor(request: IncomingMessage): Encoding {
  const header = request.headers['accept-encoding']
  const offered = (Array.isArray(header) ? header.join(',') : (header ?? '')).toLowerCase()
  const accepts = (name: string) =>
    offered.split(',').some((part) => {
      const [what, ...parameters] = part.split(';').map((word) => word.trim())
      return what === name && !parameters.some((one) => /^q=0(\.0*)?$/.test(one))
    })
  if (accepts('br')) return 'br'
  return accepts('gzip') ? 'gzip' : 'identity'
}

function isHeld(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((one) => one.trim().replace(/^W\//, ''))
  return tags.includes(tag) || tags.includes('*')
}

/**
 * The address by which the page was reached. Not all browsers take `'self'` for WebSockets too. It
 * is a stranger's word, so only what a host and port can be is repeated.
 */
function ownAddress(request: IncomingMessage): string | undefined {
  const { host } = request.headers
  if (host === undefined || !/^[a-z0-9.:[\]-]{1,255}$/i.test(host)) return undefined
  const address = `${'encrypted' in request.socket ? 'wss' : 'ws'}://${host}`
  return URL.canParse(address) ? address : undefined
}

function originOf(address: string): string {
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}`
}
