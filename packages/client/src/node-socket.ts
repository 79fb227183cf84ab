/**
 * The WebSocket of Node, by `ws`. Its certificate is judged before anything is said: one that a
 * known authority signed is trusted; any other by its fingerprint, which is the one given, the one
 * trusted before at this address, or one that the person is asked about. The hello, which carries
 * the token, leaves only after that.
 *
 * When nobody was reached yet and all addresses that the person gave expect the other scheme,
 * trying on is in vain and the person is told. Later it is one more front-end that does not answer.
 */
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import type { PinOptions } from './connect-options.ts'
import type { OpenSocket, Rejection, Socket, SocketEvents } from './socket.ts'
import { tlsMismatch } from './tls-mismatch.ts'

/** Where fingerprints that were trusted are kept. */
export interface Pins {
  get(address: string): string | undefined
  set(address: string, fingerprint: string): void
}

const goodbyeMsMax = 1_000

type Verdict = 'trusted' | Rejection

interface SocketOptions extends PinOptions {
  /** As dialled; all others were learned from the server. */
  readonly given: readonly string[]
}

/** How one connection is judged. */
interface Judge {
  certificate(address: string, tls: TLSSocket): Promise<Verdict>
  reached(): void
  /** What the person must know about an attempt that failed. */
  failure(address: string, error: Error): Promise<Rejection | undefined>
}

export function nodeSockets(pins: Pins, options: SocketOptions): OpenSocket {
  const asked = new Map<string, Promise<boolean>>()
  const verdict = async (address: string, tls: TLSSocket): Promise<Verdict> => {
    const fingerprint = tls.getPeerCertificate().fingerprint256
    const known = options.fingerprint ?? pins.get(address)
    if (known !== undefined && digits(known) === digits(fingerprint)) return 'trusted'
    if (tls.authorized && options.fingerprint === undefined) return 'trusted'
    if (known !== undefined) return changed(address, { known, found: fingerprint })
    if (options.onFirstUse === undefined) return untrusted(address, `${tls.authorizationError}`)
    const question = `${address} ${fingerprint}`
    const answer =
      asked.get(question) ?? Promise.resolve(options.onFirstUse({ address, fingerprint }))
    asked.set(question, answer)
    if (!(await answer)) {
      asked.delete(question)
      return { code: 'certificate-refused', say: `You did not trust the server at ${address}.` }
    }
    pins.set(address, fingerprint)
    return 'trusted'
  }
  let isReached = false
  const mismatched = new Set<string>()
  const judge: Judge = {
    certificate: verdict,
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
  let judged: Promise<Verdict> = Promise.resolve('trusted')
  socket.on('upgrade', (response: IncomingMessage) => {
    if (response.socket instanceof TLSSocket) {
      judged = judge.certificate(address, response.socket)
    }
  })
  socket.on('open', async () => {
    const found = await judged
    if (isOver) return
    if (found === 'trusted') {
      judge.reached()
      return events.opened()
    }
    isOver = true
    socket.terminate()
    events.rejected(found)
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

function digits(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase()
}

function changed(address: string, prints: { known: string; found: string }): Verdict {
  return {
    code: 'certificate-changed',
    say:
      `The certificate of ${address} is not the one trusted before (${prints.known}) but ` +
      `${prints.found}. Ask its operator; if they made a new one, forget the old one first.`,
  }
}

function untrusted(address: string, why: string): Verdict {
  return {
    code: 'certificate-untrusted',
    say:
      `No known authority signed the certificate of ${address} (${why}). ` +
      'Connect with its fingerprint, which its operator sees when the server starts.',
  }
}
