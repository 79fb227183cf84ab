/**
 * The backend's end of the links: listens, and gives each front-end, or other backend, that proves
 * itself a link with a name that is never used twice. Until the handshake is done a peer gets
 * nothing and costs one socket for at most `handshakeMsMax`.
 */

import { createServer as createPlainServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { LinkDown } from '@starling/core/link/down'
import { isPeerUp, type PeerDown, type PeerUp } from '@starling/core/link/peer'
import type { LinkUp } from '@starling/core/link/up'
import { isLoopback } from '../tls/loopback.ts'
import { FramedLink, type LinkEnd } from './framed-link.ts'
import { handshakeTrouble } from './handshake-trouble.ts'
import { checkLinkSecurity, serverTls } from './link-security.ts'
import type { LinkAddress, LinkSecurity, LinkTuning } from './link-settings.ts'
import { parseLinkUp } from './link-shapes.ts'
import { listen } from './listen.ts'
import { parsePeerUp } from './peer-shapes.ts'

export interface LinkServerOptions {
  readonly what: string
  readonly listen: LinkAddress
  readonly security: LinkSecurity
  readonly tuning: LinkTuning
  onOpen(link: string): void
  onFrame(link: string, frame: LinkUp): void
  /** A frame of another backend. Absent: such frames are refused. */
  onPeerFrame?(link: string, frame: PeerUp): void
  onEnd(link: string, end: LinkEnd, detail: string): void
  /** A peer that never became a link. */
  onRefused(remote: string, end: LinkEnd, detail: string): void
}

export class LinkServer {
  readonly #options: LinkServerOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #links = new Map<string, FramedLink<LinkUp | PeerUp, LinkDown | PeerDown>>()
  #opened = 0
  #address: LinkAddress

  static async start(options: LinkServerOptions): Promise<LinkServer> {
    checkLinkSecurity(options.listen.host, options.security, options.tuning)
    const links = new LinkServer(options)
    const { host, port } = options.listen
    const bound = await listen(links.#server, { options: { host, port }, what: options.what })
    links.#address = { host, port: bound.port }
    return links
  }

  private constructor(options: LinkServerOptions) {
    this.#options = options
    this.#address = options.listen
    const tls = serverTls(options.security)
    const tuning = options.tuning
    if (tls === undefined) {
      this.#server = createPlainServer({ noDelay: true }, (socket) => this.#onPlain(socket))
    } else {
      const server = createTlsServer({ ...tls, handshakeTimeout: tuning.handshakeMsMax })
      server.on('secureConnection', (socket) => this.#open(socket))
      server.on('tlsClientError', (error, socket) => {
        this.#options.onRefused(remoteOf(socket), 'handshake-failed', handshakeTrouble(error))
        socket.destroy()
      })
      this.#server = server
    }
    this.#server.maxConnections = tuning.linksMax + tuning.handshakesMax
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  get address(): LinkAddress {
    return this.#address
  }

  get count(): number {
    return this.#links.size
  }

  send(link: string, frame: LinkDown | PeerDown): void {
    this.#links.get(link)?.send(frame)
  }

  closeLink(link: string, why: string): void {
    this.#links.get(link)?.close(why)
  }

  /** No new links; those there are closed after what was sent on them has left. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const link of [...this.#links.values()]) link.close('the backend stops')
      for (const socket of this.#sockets) {
        socket.setTimeout(this.#options.tuning.closeMsMax, () => socket.destroy())
      }
    })
  }

  /** As a crash would. */
  abort(): void {
    this.#server.close()
    for (const link of [...this.#links.values()]) link.abort()
    for (const socket of this.#sockets) socket.destroy()
  }

  #onPlain(socket: Socket): void {
    if (isLoopback(remoteOf(socket))) this.#open(socket)
    else {
      this.#options.onRefused(remoteOf(socket), 'not-loopback', 'a plain link from elsewhere')
      socket.destroy()
    }
  }

  #open(socket: Socket): void {
    if (this.#links.size >= this.#options.tuning.linksMax) {
      this.#options.onRefused(remoteOf(socket), 'too-many-links', 'as many links as may be')
      socket.destroy()
      return
    }
    this.#opened += 1
    const name = `link-${this.#opened}`
    const { onPeerFrame } = this.#options
    const link = new FramedLink<LinkUp | PeerUp, LinkDown | PeerDown>(socket, {
      parse: (value) => parseLinkUp(value) ?? (onPeerFrame && parsePeerUp(value)),
      tuning: this.#options.tuning,
      onFrame: (frame) => {
        if (isPeerUp(frame)) this.#options.onPeerFrame?.(name, frame)
        else this.#options.onFrame(name, frame)
      },
      onEnd: (end, detail) => {
        this.#links.delete(name)
        this.#options.onEnd(name, end, detail)
      },
    })
    this.#links.set(name, link)
    this.#options.onOpen(name)
  }
}

function remoteOf(socket: Socket): string {
  return socket.remoteAddress ?? 'unknown'
}
