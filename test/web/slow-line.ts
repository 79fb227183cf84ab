/**
 * A line between browsers and a front-end that can be made slow, or dead, while it is used. Pages
 * come through it too, so that they connect to where they came from.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class SlowLine {
  /** Added to everything, in each direction. */
  delayMs = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false

  private constructor(server: Server) {
    this.#server = server
  }

  static async to(port: number): Promise<SlowLine> {
    const server = createServer()
    const line = new SlowLine(server)
    server.on('connection', (near) => line.#join(near, connect(port, '127.0.0.1')))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return line
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** As if the network were gone: what is open ends, and what comes is turned away. */
  cut(isCut: boolean): void {
    this.#isCut = isCut
    if (isCut) for (const socket of this.#sockets) socket.destroy()
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server.close(), 'close')
  }

  #join(near: Socket, far: Socket): void {
    if (this.#isCut) {
      near.destroy()
      far.destroy()
      return
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.setNoDelay(true)
      from.on('data', (bytes) => this.#pass(() => to.write(bytes)))
      // Ends of connections are told by `close`.
      from.on('error', () => {})
      from.on('close', () => {
        this.#sockets.delete(from)
        this.#pass(() => to.destroy())
      })
    }
  }

  #pass(act: () => void): void {
    if (this.delayMs === 0) act()
    else setTimeout(act, this.delayMs)
  }
}
