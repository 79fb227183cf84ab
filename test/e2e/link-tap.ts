/** Stands before a port and keeps every byte that passes, either way, each connection by itself. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class LinkTap {
  /** Of each connection either way by itself: a text that comes in two pieces is whole in it. */
  readonly #connections: { readonly there: Buffer[]; readonly back: Buffer[] }[] = []
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  readonly port: number

  private constructor(server: Server, portBehind: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (near) => this.#join(near, connect(portBehind, '127.0.0.1')))
  }

  static async before(portBehind: number): Promise<LinkTap> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new LinkTap(server, portBehind)
  }

  /** What was said to the port, a connection each. */
  get there(): readonly Buffer[] {
    return this.#connections.map(({ there }) => Buffer.concat(there))
  }

  get back(): readonly Buffer[] {
    return this.#connections.map(({ back }) => Buffer.concat(back))
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: Socket, far: Socket): void {
    const connection = { there: [], back: [] }
    this.#connections.push(connection)
    for (const [from, to, chunks] of [
      [near, far, connection.there],
      [far, near, connection.back],
    ] as [Socket, Socket, Buffer[]][]) {
      this.#sockets.add(from)
      from.setNoDelay(true)
      from.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        to.write(chunk)
      })
      from.on('close', () => to.destroy())
      // A backend that is not there yet, or not any more: the other end hears of it by the close.
      from.on('error', () => to.destroy())
    }
  }
}
