/**
 * The client's way to its server: the socket that knocked, encrypted where that is wanted. The
 * client's own opens sockets of its own, keeps those of attempts that came to nothing, and takes
 * its ear off a socket before its last error, which then ends the process. Here a socket is heard
 * until it is gone, and destroyed with whatever was made of it.
 */
import type { Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions as TlsSettings } from 'node:tls'
import type { Transport } from '@nats-io/transport-node'

export interface SocketTransportOptions {
  readonly socket: Socket
  /** What the server said already. */
  readonly heard: Buffer
  /** Undefined: not encrypted. */
  readonly tls: TlsSettings | undefined
}

export class SocketTransport implements Transport {
  readonly lang = 'starling'
  readonly version = '1'
  readonly #plain: Socket
  readonly #tls: TlsSettings | undefined
  readonly #closed = Promise.withResolvers<Error | undefined>()
  #socket: Socket
  #chunks: Uint8Array[]
  #arrived = Promise.withResolvers<void>()
  #isConnected = false
  #isDone = false
  closeError?: Error

  constructor({ socket, heard, tls }: SocketTransportOptions) {
    this.#plain = socket
    this.#socket = socket
    this.#chunks = [heard]
    this.#tls = tls
    socket.on('error', (error) => this.#failed(error))
    socket.on('close', () => this.#gone())
  }

  get isClosed(): boolean {
    return this.#isDone
  }

  async connect(): Promise<void> {
    if (this.#tls) this.#socket = await this.#encrypt(this.#tls)
    if (this.#isDone) throw this.closeError ?? new Error('the server closed the connection')
    this.#isConnected = true
    this.#socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#arrived.resolve()
    })
    this.#socket.resume()
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    for (;;) {
      const chunks = this.#chunks
      this.#chunks = []
      yield* chunks
      if (this.#isDone && this.#chunks.length === 0) return
      if (this.#chunks.length === 0) {
        this.#arrived = Promise.withResolvers()
        await this.#arrived.promise
      }
    }
  }

  isEncrypted(): boolean {
    return this.#tls !== undefined
  }

  send(frame: Uint8Array): void {
    // A failure is heard as the socket's.
    if (!this.#isDone && this.#socket.writable) this.#socket.write(frame)
  }

  async close(error?: Error): Promise<void> {
    if (error) this.#failed(error)
    this.#gone()
  }

  disconnect(): void {
    this.#gone()
  }

  /** The client has no more use for it and does not want to hear of its end. */
  discard(): void {
    this.#isConnected = false
    this.#gone()
  }

  closed(): Promise<Error | undefined> {
    return this.#closed.promise
  }

  async #encrypt(tls: TlsSettings): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>()
    const encrypted = connectTls({ ...tls, socket: this.#plain, rejectUnauthorized: true })
    encrypted.on('secureConnect', () => resolve(encrypted))
    encrypted.on('error', (error) => {
      this.#failed(error)
      reject(error)
    })
    encrypted.on('close', () => {
      reject(this.closeError ?? new Error('the server closed the connection'))
      this.#gone()
    })
    return promise
  }

  #failed(error: Error): void {
    this.closeError ??= error
  }

  #gone(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#socket.destroy()
    this.#plain.destroy()
    this.#arrived.resolve()
    // Who never was connected hears of it from `connect`.
    if (this.#isConnected) this.#closed.resolve(this.closeError)
  }
}
