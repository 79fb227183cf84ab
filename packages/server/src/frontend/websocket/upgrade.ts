/** The opening handshake (RFC 6455 §4.2), of a request that asks for an upgrade. */
import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Upgrade =
  | { readonly ok: true; readonly answer: string }
  | { readonly ok: false; readonly status: number; readonly headers?: readonly string[] }

const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Sixteen bytes in base64. */
const keyPattern = /^[+/0-9A-Za-z]{22}==$/
const version = '13'

/** Neither extensions nor subprotocols are taken up: texts alone, never compressed. */
export function upgradeOf({ method, headers }: IncomingMessage): Upgrade {
  if (method !== 'GET') return { ok: false, status: 405, headers: ['Allow: GET'] }
  if (headers.upgrade?.toLowerCase() !== 'websocket') return { ok: false, status: 400 }
  if (headers['sec-websocket-version'] !== version) {
    return { ok: false, status: 426, headers: [`Sec-WebSocket-Version: ${version}`] }
  }
  const key = headers['sec-websocket-key']
  if (key === undefined || !keyPattern.test(key)) return { ok: false, status: 400 }
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${hash('sha1', key + acceptGuid, 'base64')}`,
  ]
  return { ok: true, answer: `${lines.join('\r\n')}\r\n\r\n` }
}
