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
import { listen } from '../link/listen.ts'
import type { LimitCounts } from '../telemetry/limit-counts.ts'
import type { Certificate } from '../tls/certificate.ts'
import type { FrontendSettings } from './frontend-settings.ts'
import { Handshakes } from './handshakes.ts'
import { isOriginAllowed, type OriginPolicy } from './origin-policy.ts'
import { answerRequest, type StaticAnswers } from './static-answer.ts'
import { StaticSite } from './static-site.ts'
import { upgradeOf } from './websocket/upgrade.ts'

export interface ClientServerOptions {
  readonly settings: FrontendSettings
  readonly certificate: Certificate | undefined
  readonly limits: LimitCounts
  /** `head`: what the client sent right behind its request. */
  onConnection(socket: Socket, head: Buffer): void
  /** A connection that was turned away; `limit` when that was for one. */
  onRefused(why: { readonly status: number; readonly limit?: string }): void
}

const headerBytesMax = 16 * 1024
/** Connections that are not (yet) WebSockets, above those that are. */
const otherConnectionsMax = 1_024
const paths: readonly string[] = ['/', '/ws']

export class ClientServer {
  readonly #options: ClientServerOptions
  readonly #server: Server
  #origins: OriginPolicy = { listed: [], ownHosts: [] }
  readonly #handshakes: Handshakes
  #pages: StaticAnswers
  #port = 0
  #connections = 0
  /** One listener for all sockets. */
  readonly #gone = () => {
    this.#connections -= 1
  }

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
    const { limits, onConnection } = options
    this.#handshakes = new Handshakes({ tuning: settings.shell, limits, onOpen: onConnection })
    const { upgradeMsMax, connectionsMax } = settings.shell
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
    this.#server.on('connection', () => this.#handshakes.accepted())
    this.#server.on('request', (request, response) => {
      void answerRequest(request, response, this.#pages)
    })
  }

  get port(): number {
    return this.#port
  }

  get connections(): number {
    return this.#connections
  }

  get handshakes(): { readonly waiting: number; readonly refusedTotal: number } {
    return this.#handshakes.figures
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

  #upgrade(request: IncomingMessage, { socket, head }: { socket: Socket; head: Buffer }): void {
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) {
      this.#options.onRefused(refusal)
      return refuse(socket, refusal)
    }
    const upgrade = upgradeOf(request)
    if (!upgrade.ok) {
      this.#options.onRefused(upgrade)
      return refuse(socket, upgrade)
    }
    if (!socket.readable || !socket.writable) {
      socket.destroy()
      return
    }
    this.#connections += 1
    socket.on('close', this.#gone)
    this.#handshakes.arrive(socket, head, upgrade.answer)
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

interface Refusal {
  readonly status: number
  readonly headers?: readonly string[]
}

function refuse(socket: Socket, { status, headers = [] }: Refusal): void {
  socket.on('error', () => socket.destroy())
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Length: 0',
    ...headers,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n`)
}
