/**
 * The client port: HTTP or HTTPS, and on it WebSocket. Bounds what a stranger may cost before
 * saying hello: connections, the time to ask for the upgrade, the size of headers and frames.
 * Bytes that are no WebSocket end that connection with a code of docs/protocol.md, never more.
 *
 * Any other request is answered by static-answer.ts: the web client.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  STATUS_CODES,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { closeCodes } from '@starling/protocol/close-codes'
import { type Server as SocketServer, WebSocket, WebSocketServer } from 'ws'
import { listen } from '../link/listen.ts'
import type { Certificate } from '../tls/certificate.ts'
import type { FrontendSettings } from './frontend-settings.ts'
import { isOriginAllowed, type OriginPolicy } from './origin-policy.ts'
import { answerRequest, type StaticAnswers } from './static-answer.ts'
import { StaticSite } from './static-site.ts'

export interface ClientServerOptions {
  readonly settings: FrontendSettings
  readonly certificate: Certificate | undefined
  onConnection(ws: WebSocket, socket: Socket, remote: string): void
  /** A connection that was turned away; `limit` when that was for one. */
  onRefused(why: { readonly status: number; readonly limit?: string }): void
}

const headerBytesMax = 16 * 1024
/** Connections that are not (yet) WebSockets, above those that are. */
const otherConnectionsMax = 1_024
/** Control frames and fragments cost as well; a person's frames are small and whole. */
const fragmentsMax = 256
const paths: readonly string[] = ['/', '/ws']

/** Closes with Starling's codes where the library would use the standard's. */
class ClientWebSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    if (code === 1009) super.close(closeCodes['frame-too-large'], 'frame-too-large')
    else if (code === 1002 || code === 1007 || code === 1008) {
      super.close(closeCodes['bad-frames'], 'bad-frames')
    } else super.close(code, data)
  }
}

export class ClientServer {
  readonly #options: ClientServerOptions
  readonly #server: Server
  readonly #sockets: SocketServer<typeof ClientWebSocket>
  #origins: OriginPolicy = { listed: [], ownHosts: [] }
  #pages: StaticAnswers
  #port = 0
  #connections = 0

  /** `accept` comes after it: until then nobody is let in. */
  static async start(options: ClientServerOptions): Promise<ClientServer> {
    const server = new ClientServer(options)
    const { name, host, port, reusePort, shell } = options.settings
    const bound = await listen(server.#server, {
      options: { host, port, reusePort, backlog: shell.backlogMax },
      what: `the client port of front-end ${name}`,
    })
    server.#port = bound.port
    return server
  }

  private constructor(options: ClientServerOptions) {
    this.#options = options
    const { settings, certificate } = options
    const site = settings.site === undefined ? undefined : new StaticSite(settings.site)
    this.#pages = { site, addresses: [], unreadMsMax: settings.shell.clientBlockedMsMax }
    const { upgradeMsMax, connectionsMax, closeMsMax } = settings.shell
    const http = {
      headersTimeout: upgradeMsMax,
      requestTimeout: upgradeMsMax,
      connectionsCheckingInterval: Math.min(1_000, upgradeMsMax),
      maxHeaderSize: headerBytesMax,
      noDelay: true,
      keepAlive: true,
    }
    this.#server =
      certificate === undefined
        ? createHttpServer(http)
        : createHttpsServer({
            ...http,
            cert: certificate.cert,
            key: certificate.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: upgradeMsMax,
          })
    this.#server.maxConnections = connectionsMax + otherConnectionsMax
    this.#server.on('request', (request, response) => {
      void answerRequest(request, response, this.#pages)
    })
    const sockets = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.limits.frameBytesMax,
      maxFragments: fragmentsMax,
      closeTimeout: closeMsMax,
      WebSocket: ClientWebSocket,
    }
    this.#sockets = new WebSocketServer(sockets)
  }

  get port(): number {
    return this.#port
  }

  get connections(): number {
    return this.#connections
  }

  accept(origins: OriginPolicy, addresses: readonly string[]): void {
    this.#origins = origins
    this.#pages = { ...this.#pages, addresses }
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgrade(request, { socket, head })
    })
  }

  renew({ cert, key }: Certificate): void {
    if ('setSecureContext' in this.#server && typeof this.#server.setSecureContext === 'function') {
      this.#server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' })
    }
  }

  /** Connections that stand go on. */
  stopListening(): void {
    this.#server.close()
    this.#server.closeIdleConnections()
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #upgrade(request: IncomingMessage, link: { socket: Socket; head: Buffer }): void {
    const { socket, head } = link
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) {
      this.#options.onRefused(refusal)
      refuse(socket, refusal.status)
      return
    }
    this.#connections += 1
    socket.once('close', () => {
      this.#connections -= 1
    })
    this.#sockets.handleUpgrade(request, socket, head, (ws) => {
      this.#options.onConnection(ws, socket, socket.remoteAddress ?? 'unknown')
    })
  }

  #refusalOf(request: IncomingMessage): { status: number; limit?: string } | undefined {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    if (!paths.includes(path)) return { status: 404 }
    const { origin, host } = request.headers
    if (!isOriginAllowed(origin, host, this.#origins)) return { status: 403 }
    if (this.#connections >= this.#options.settings.shell.connectionsMax) {
      return { status: 503, limit: 'connectionsMax' }
    }
    return undefined
  }
}

function refuse(socket: Socket, status: number): void {
  socket.on('error', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}
