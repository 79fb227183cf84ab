/**
 * The WebSocket of Node, by `ws`. Its certificate is judged before anything is said
 * (certificate-trust.ts); the hello, which carries the token, leaves only after that.
 *
 * When nobody was reached yet and all addresses that the person gave expect the other scheme,
 * trying on is in vain and the person is told. Later it is one more front-end that does not answer.
 */
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import {
  CertificateTrust,
  type Pins,
  type TrustOptions,
  type Verdict,
} from './certificate-trust.ts'
import type { OpenSocket, Rejection, Socket, SocketEvents } from './socket.ts'
import { tlsMismatch } from './tls-mismatch.ts'

const goodbyeMsMax = 1_000

/** How one connection is judged. */
interface Judge {
  certificate(address: string, tls: TLSSocket): Promise<Verdict>
  reached(): void
  /** What the person must know about an attempt that failed. */
  failure(address: string, error: Error): Promise<Rejection | undefined>
}

export function nodeSockets(pins: Pins, options: TrustOptions): OpenSocket {
  const trust = new CertificateTrust(pins, options)
  let isReached = false
  const mismatched = new Set<string>()
  const judge: Judge = {
    certificate: (address, tls) => trust.judge(address, tls),
    reached: () => {
      isReached = true
    },
    failure: async (address, error) => {
      if (isReached) return undefined
      const mismatch = await tlsMismatch(address, error)
      if (mismatch === undefined) mismatched.delete(address)
      else mismatched.add(address)
      return options.given.every((given) => mismatched.has(given)) ? mismatch : undefined
    },
  }
  return (address, events) => openSocket(address, events, judge)
}

function openSocket(address: string, events: SocketEvents, judge: Judge): Socket {
  const socket = new WebSocket(address, { rejectUnauthorized: false, perMessageDeflate: false })
  let isOver = false
  let failed: Error | undefined
  let judged: Promise<Verdict> = Promise.resolve({ kind: 'trusted' })
  socket.on('upgrade', (response: IncomingMessage) => {
    if (response.socket instanceof TLSSocket) {
      judged = judge.certificate(address, response.socket)
    }
  })
  socket.on('open', async () => {
    const found = await judged
    if (isOver) return
    if (found.kind === 'trusted') {
      judge.reached()
      return events.opened()
    }
    isOver = true
    socket.terminate()
    if (found.kind === 'left-out') events.leftOut(found.why)
    else events.rejected(found.why)
  })
  socket.on('message', (data, isBinary) => {
    if (!isOver && !isBinary) events.text(data.toString())
  })
  // A failed attempt says both `error` and `close`.
  socket.on('error', (error) => {
    failed = error
  })
  socket.on('close', async (code) => {
    const why = isOver || failed === undefined ? undefined : await judge.failure(address, failed)
    if (isOver) return
    isOver = true
    if (why === undefined) events.closed(code)
    else events.rejected(why)
  })
  return {
    send: (text) => socket.send(text),
    close: () => {
      isOver = true
      if (socket.readyState !== WebSocket.OPEN) return socket.terminate()
      socket.close(1000)
      // A server that hangs must not keep this process alive.
      const timer = setTimeout(() => socket.terminate(), goodbyeMsMax)
      socket.once('close', () => clearTimeout(timer))
    },
  }
}
