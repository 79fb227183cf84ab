/** Stands between front-ends and one backend, and keeps every byte that passes, either way. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class LinkTap {
  readonly #chunks: Buffer[] = []
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  readonly port: number

  private constructor(server: Server, backendPort: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (near) => this.#join(near, connect(backendPort, '127.0.0.1')))
  }

  static async before(backendPort: number): Promise<LinkTap> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new LinkTap(server, backendPort)
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.setNoDelay(true)
      from.on('data', (chunk: Buffer) => {
        this.#chunks.push(chunk)
        to.write(chunk)
      })
      from.on('close', () => to.destroy())
      // A backend that is not there yet, or not any more: the other end hears of it by the close.
      from.on('error', () => to.destroy())
    }
  }
}
