/**
 * Dials the link port of a backend once. Either `onOpen` is called with a socket whose handshake is
 * done and on which nothing listens yet, or `onFail` with the reason; never both.
 */
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { isLoopback } from '../tls/loopback.ts'
import { handshakeTrouble } from './handshake-trouble.ts'
import type { DialTls } from './link-security.ts'
import type { LinkAddress, LinkTuning } from './link-settings.ts'

export interface Dial {
  readonly address: LinkAddress
  /** Undefined: plain TCP. */
  readonly tls: DialTls | undefined
  readonly tuning: LinkTuning
  onOpen(socket: Socket): void
  onFail(detail: string): void
}

/** Who destroys the socket before either was called gives the dial up, and hears `onFail`. */
export function dial(options: Dial): Socket {
  const { tls, tuning } = options
  const { host, port } = options.address
  const socket =
    tls === undefined
      ? connectPlain({ host, port, noDelay: true })
      : connectTls({ host, port, ...tls, ...(isIP(host) === 0 ? { servername: host } : {}) })
  let isOver = false
  const fail = (detail: string) => {
    socket.destroy()
    if (isOver) return
    isOver = true
    options.onFail(detail)
  }
  const onError = (error: Error) => fail(handshakeTrouble(error))
  const onClose = () => fail('the other end closed')
  const limit = setTimeout(
    () => fail('no answer in time'),
    tls === undefined ? tuning.dialMsMax : tuning.dialMsMax + tuning.handshakeMsMax,
  )
  socket.on('error', onError)
  socket.on('close', onClose)
  socket.on('close', () => clearTimeout(limit))
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
    clearTimeout(limit)
    if (tls === undefined && !isLoopback(socket.remoteAddress ?? '')) {
      fail('a plain link would leave this machine')
      return
    }
    isOver = true
    socket.off('error', onError)
    socket.off('close', onClose)
    options.onOpen(socket)
  })
  return socket
}
