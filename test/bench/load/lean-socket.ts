/**
 * A WebSocket client that costs as little as can be, so that a load measures the servers and not
 * itself: no library, no event for each frame, no copy of what came in one piece. It speaks just
 * the part of RFC 6455 that text frames need; anything else a server sends ends it with a fault.
 */
import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface LeanSocketOptions {
  readonly host: string
  readonly port: number
  readonly path?: string
  readonly subprotocol?: string
  /** Where what comes is read into; all sockets of a process may share it. */
  readonly readInto: Buffer
  /** The payload is valid during the call only. */
  onText(payload: Buffer): void
  onEnd(why: string): void
}

const handshakeEnd = '\r\n\r\n'
const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const mask = Buffer.from([0x21, 0x43, 0x65, 0x87])
const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const
const nothing = Buffer.alloc(0)

export class LeanSocket {
  readonly #options: LeanSocketOptions
  readonly #socket: Socket
  readonly #opened = Promise.withResolvers<void>()
  readonly #key = randomBytes(16).toString('base64')
  #isOpen = false
  #isEnded = false
  /** The beginning of a frame of which the end has not come yet. */
  #rest: Buffer = nothing
  bytesIn = 0
  readsIn = 0

  constructor(options: LeanSocketOptions) {
    this.#options = options
    const { host, port, readInto } = options
    const onread = {
      buffer: readInto,
      callback: (count: number, buffer: Uint8Array) => {
        this.#received(Buffer.from(buffer.buffer, buffer.byteOffset, count))
        return true
      },
    }
    this.#socket = connect({ host, port, noDelay: true, onread })
    this.#socket.on('connect', () => this.#socket.write(this.#request()))
    this.#socket.on('error', (error) => this.#end(error.message))
    this.#socket.on('close', () => this.#end('the connection was closed'))
  }

  opened(): Promise<void> {
    return this.#opened.promise
  }

  text(text: string): void {
    this.#socket.write(maskedFrame(opcodes.text, Buffer.from(text)))
  }

  /** Reads nothing more until `resume`: a client that stalls. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#isEnded = true
    this.#socket.destroy()
  }

  #request(): string {
    const { host, port, path, subprotocol } = this.#options
    const lines = [
      `GET ${path ?? '/'} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${this.#key}`,
      ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    ]
    return lines.join('\r\n') + handshakeEnd
  }

  #received(chunk: Buffer): void {
    this.bytesIn += chunk.length
    this.readsIn += 1
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const at = this.#isOpen ? this.#frames(bytes, 0) : this.#handshake(bytes)
    // What is kept must not lie in the buffer that the next read overwrites.
    if (at >= bytes.length) this.#rest = nothing
    else this.#rest = Buffer.from(bytes.subarray(at))
  }

  #handshake(bytes: Buffer): number {
    const end = bytes.indexOf(handshakeEnd)
    if (end < 0) return 0
    const head = bytes.toString('latin1', 0, end)
    const accept = createHash('sha1').update(`${this.#key}${acceptGuid}`).digest('base64')
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(accept)) {
      this.#end(`no WebSocket: ${head.split('\r\n', 1)[0]}`)
      return bytes.length
    }
    this.#isOpen = true
    this.#opened.resolve()
    return this.#frames(bytes, end + handshakeEnd.length)
  }

  /** Hands over all whole frames; returns where the first that is not whole begins. */
  #frames(bytes: Buffer, from: number): number {
    let at = from
    while (bytes.length - at >= 2 && !this.#isEnded) {
      const short = bytes[at + 1]! & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length - at < head) break
      const size = sizeAt(bytes, at, short)
      if (bytes.length - at < head + size) break
      this.#frame(bytes[at]!, bytes.subarray(at + head, at + head + size))
      at += head + size
    }
    return at
  }

  #frame(first: number, payload: Buffer): void {
    if (first === (0x80 | opcodes.text)) this.#options.onText(payload)
    else if (first === (0x80 | opcodes.ping)) {
      this.#socket.write(maskedFrame(opcodes.pong, Buffer.from(payload)))
    } else if (first === (0x80 | opcodes.close)) {
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      this.#end(`closed with ${code} ${payload.toString('utf8', 2)}`)
    } else if (first !== (0x80 | opcodes.pong)) this.#end(`a frame that begins with ${first}`)
  }

  #end(why: string): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#socket.destroy()
    this.#opened.reject(new Error(why))
    this.#options.onEnd(why)
  }
}

function sizeAt(bytes: Buffer, at: number, short: number): number {
  if (short < 126) return short
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
}

function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(head + 4 + payload.length)
  frame[0] = 0x80 | opcode
  if (head === 2) frame[1] = 0x80 | payload.length
  else if (head === 4) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(payload.length, 2)
  } else {
    frame[1] = 0x80 | 127
    frame.writeBigUInt64BE(BigInt(payload.length), 2)
  }
  mask.copy(frame, head)
  for (let at = 0; at < payload.length; at += 1) {
    frame[head + 4 + at] = payload[at]! ^ mask[at & 3]!
  }
  return frame
}
