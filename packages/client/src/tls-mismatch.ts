/**
 * Tells a server that is not there from one that is there and expects the other scheme: who greets
 * a TLS server in plain text is hung up on without a word, so it is asked whether it answers a TLS
 * handshake; who greets a plain one with TLS gets an answer that is no TLS.
 */
import { connect } from 'node:tls'
import type { Rejection } from './socket.ts'

const handshakeMsMax = 1_000
/** Nobody took the connection, so nobody speaks anything. */
const notReached = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/
const noTls = /wrong version number|packet length too long|unknown protocol/i

/** Undefined when the scheme is not what is wrong. */
export async function tlsMismatch(address: string, error: Error): Promise<Rejection | undefined> {
  const { code = '' } = error as NodeJS.ErrnoException
  const { protocol, host } = new URL(address)
  if (protocol === 'wss:') {
    if (!noTls.test(error.message)) return undefined
    return {
      code: 'tls-missing',
      say:
        `The server at ${host} does not speak TLS. Only if that is meant, as on this machine, ` +
        `connect to ${address.replace('wss:', 'ws:')}.`,
    }
  }
  if (notReached.test(code) || !(await answersTls(address))) return undefined
  return {
    code: 'tls-required',
    say: `The server at ${host} speaks TLS; connect to ${address.replace('ws:', 'wss:')}.`,
  }
}

/** Nothing is said beyond the handshake, so the certificate does not matter. */
function answersTls(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port || 80), rejectUnauthorized: false })
    const settle = (answer: boolean) => {
      resolve(answer)
      socket.destroy()
    }
    socket.setTimeout(handshakeMsMax, () => settle(false))
    socket.once('secureConnect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('close', () => settle(false))
  })
}
