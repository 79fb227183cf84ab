/** The little server behind real WebSockets, plain or with TLS, on a port of its own. */
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { LittleServer } from '@starling/core/client/little-server.test-suite'
import type { UpFrame } from '@starling/protocol/up'
import { type WebSocket, WebSocketServer } from 'ws'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

export class LittleFrontend {
  readonly server: LittleServer
  readonly address: string
  readonly #http: Server
  readonly #sockets = new Map<string, WebSocket>()
  /** Frames that arrived, all sessions. */
  readonly heard: UpFrame[] = []
  isDeaf = false

  private constructor(server: LittleServer, http: Server, address: string) {
    this.server = server
    this.#http = http
    this.address = address
    const sockets = new WebSocketServer({ server: http })
    sockets.on('connection', (socket) => this.#connected(socket))
  }

  static async listen(
    given: { server?: LittleServer; port?: number; certificate?: Certificate } = {},
  ): Promise<LittleFrontend> {
    const { server = new LittleServer(), port = 0, certificate } = given
    const http = certificate === undefined ? createHttpServer() : createHttpsServer(certificate)
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
    const scheme = certificate === undefined ? 'ws' : 'wss'
    const address = `${scheme}://127.0.0.1:${(http.address() as AddressInfo).port}`
    return new LittleFrontend(server, http, address)
  }

  get port(): number {
    return Number(new URL(this.address).port)
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** As if the process was killed. */
  async crash(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.terminate()
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }

  /** As if the process was stopped: nothing is read or answered, sockets stay open. */
  freeze(): void {
    for (const socket of this.#sockets.values()) socket.pause()
  }

  /** Sends what waits for all sessions; for what was done behind their backs. */
  flush(): void {
    for (const [session, socket] of this.#sockets) {
      for (const frame of this.server.take(session)) socket.send(JSON.stringify(frame))
    }
  }

  #connected(socket: WebSocket): void {
    const session = this.server.newSession()
    this.#sockets.set(session, socket)
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as UpFrame
      this.heard.push(frame)
      if (this.isDeaf) return
      this.server.frame(session, frame)
      this.flush()
    })
    socket.on('close', () => {
      this.#sockets.delete(session)
      this.server.close(session)
    })
  }
}
