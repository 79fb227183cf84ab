/** The status page and what it loads: a few files of this folder, under a policy of their own. */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StatusWatch } from './status-watch.ts'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

const files: { readonly [path: string]: readonly [file: string, type: string] } = {
  '/status': ['status.html', 'text/html'],
  '/status/status.css': ['status.css', 'text/css'],
  '/status/status.js': ['status.js', 'text/javascript'],
  '/status/cards.js': ['cards.js', 'text/javascript'],
  '/status/flows.js': ['flows.js', 'text/javascript'],
  '/status/happenings.js': ['happenings.js', 'text/javascript'],
  '/status/words.js': ['words.js', 'text/javascript'],
}

/** False when the request is not for the status page. */
export function answerStatus(
  request: IncomingMessage,
  response: ServerResponse,
  watch: StatusWatch,
): boolean {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  if (path === '/status/pictures') {
    watchPictures(request, response, watch)
    return true
  }
  const found = Object.hasOwn(files, path) ? files[path] : undefined
  if (found === undefined) return false
  // Programs that ask for /status want figures, as they always did.
  if (path === '/status' && !(request.headers.accept ?? '').includes('text/html')) return false
  const [file, type] = found
  const body = readFileSync(new URL(`page/${file}`, import.meta.url))
  response.writeHead(200, {
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'content-length': body.length,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

function watchPictures(
  request: IncomingMessage,
  response: ServerResponse,
  watch: StatusWatch,
): void {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
  if (request.method !== 'HEAD' && watch.watch(response)) return
  response.end()
}
