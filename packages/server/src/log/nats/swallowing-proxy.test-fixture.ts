/**
 * A way to a server on which bytes may vanish without anybody noticing, as behind a firewall that
 * has forgotten the connection: both ends keep their sockets.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createConnection, createServer, type Server, type Socket } from 'node:net'

type Direction = 'up' | 'down'

export class SwallowingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #swallowed: ReadonlySet<Direction> = new Set()

  static async start(targetPort: number): Promise<SwallowingProxy> {
    const server = createServer()
    const proxy = new SwallowingProxy(server, targetPort)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  private constructor(server: Server, targetPort: number) {
    this.#server = server
    server.on('connection', (near) => {
      const far = createConnection(targetPort, '127.0.0.1')
      this.#pass(near, far, 'up')
      this.#pass(far, near, 'down')
    })
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** From now on, until told otherwise; on new connections too. */
  swallow(...directions: readonly Direction[]): void {
    this.#swallowed = new Set(directions)
  }

  /** Ends the connections that there are. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #pass(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from)
    from.on('data', (chunk) => {
      if (!this.#swallowed.has(direction)) to.write(chunk)
    })
    // Ends are told by 'close', which comes after either.
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      if (!this.#swallowed.has(direction)) to.destroy()
    })
  }
}
