/**
 * One link over one socket. Frames sent in one turn of the event loop are encoded together and
 * leave in one write, after the code that sent them has run. What comes in is checked before it is
 * handed on. Whatever goes wrong ends the link with a code, once; the node recovers by asking
 * again.
 *
 * A peer that vanished without a word is found by heartbeats. They are counted in intervals in
 * which nothing came, not in time, so that a process that was stopped for a while does not cut its
 * links before it has read what waits in them.
 */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { FrameReader, FrameWriter, heartbeat } from './frame-codec.ts'
import type { LinkTuning } from './link-settings.ts'

export type LinkEnd =
  | 'closed-here'
  | 'closed-there'
  | 'socket-error'
  | 'silent'
  | 'bad-frame'
  | 'frame-too-large'
  | 'write-overflow'
  | 'handshake-failed'
  | 'not-loopback'
  | 'too-many-links'

export interface FramedLinkHandlers<In> {
  onFrame(frame: In): void
  onEnd(end: LinkEnd, detail: string): void
}

export interface FramedLinkOptions<In> extends FramedLinkHandlers<In> {
  readonly parse: (value: unknown) => In | undefined
  readonly tuning: LinkTuning
}

export interface LinkTraffic {
  readonly framesIn: number
  readonly framesOut: number
  readonly writes: number
  readonly bytesOut: number
}

export class FramedLink<In, Out> {
  readonly #socket: Socket
  readonly #options: FramedLinkOptions<In>
  readonly #reader: FrameReader
  readonly #writer = new FrameWriter()
  readonly #beat: NodeJS.Timeout
  #pending: Out[] = []
  #isEnded = false
  #hasHeard = true
  #hasSpoken = false
  #silentBeats = 0
  #traffic = { framesIn: 0, framesOut: 0, writes: 0, bytesOut: 0 }

  /** `socket` has finished its handshake. */
  constructor(socket: Socket, options: FramedLinkOptions<In>) {
    this.#socket = socket
    this.#options = options
    this.#reader = new FrameReader(options.tuning.frameBytesMax)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', (error) => this.#end('socket-error', error.message))
    socket.on('close', () => this.#end('closed-there', 'the other end closed'))
    this.#beat = setInterval(() => this.#onBeat(), options.tuning.heartbeatMs)
    this.#beat.unref()
  }

  get traffic(): LinkTraffic {
    return this.#traffic
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  send(frame: Out): void {
    if (this.#isEnded) return
    this.#pending.push(frame)
    if (this.#pending.length === 1) queueMicrotask(() => this.#flush())
  }

  /** What was sent before still leaves. */
  close(why: string): void {
    if (this.#isEnded) return
    this.#flush()
    this.#end('closed-here', why)
  }

  /** As a crash would: nothing more leaves. */
  abort(): void {
    this.#pending = []
    if (this.#socket instanceof TLSSocket) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
    this.#end('closed-here', 'aborted')
  }

  #flush(): void {
    const frames = this.#pending
    if (frames.length === 0 || this.#isEnded) return
    this.#pending = []
    this.#traffic.framesOut += frames.length
    this.#write(this.#writer.encode(frames))
    const waiting = this.#socket.writableLength
    if (waiting > this.#options.tuning.writeBytesMax) {
      this.#end('write-overflow', `${waiting} bytes wait for a peer that does not read`)
    }
  }

  #write(bytes: Buffer): void {
    this.#hasSpoken = true
    this.#traffic.writes += 1
    this.#traffic.bytesOut += bytes.length
    this.#socket.write(bytes)
  }

  #read(chunk: Buffer): void {
    this.#hasHeard = true
    const fault = this.#reader.push(chunk, (value) => {
      if (this.#isEnded) return
      const frame = this.#options.parse(value)
      if (frame === undefined) {
        this.#end('bad-frame', 'a frame of no known shape')
        return
      }
      this.#traffic.framesIn += 1
      this.#options.onFrame(frame)
    })
    if (fault === 'bad-frame') this.#end(fault, 'bytes that are no frame')
    if (fault === 'frame-too-large') {
      this.#end(fault, `a frame above ${this.#options.tuning.frameBytesMax} bytes`)
    }
  }

  #onBeat(): void {
    this.#silentBeats = this.#hasHeard ? 0 : this.#silentBeats + 1
    this.#hasHeard = false
    const { heartbeatMs, silentHeartbeatsMax } = this.#options.tuning
    if (this.#silentBeats >= silentHeartbeatsMax) {
      this.#end('silent', `nothing came for ${heartbeatMs * silentHeartbeatsMax} ms`)
      return
    }
    if (!this.#hasSpoken) this.#write(heartbeat)
    this.#hasSpoken = false
  }

  #end(end: LinkEnd, detail: string): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#pending = []
    clearInterval(this.#beat)
    if (end === 'closed-here' && !this.#socket.destroyed) {
      this.#socket.end()
      this.#socket.setTimeout(this.#options.tuning.closeMsMax, () => this.#socket.destroy())
    } else this.#socket.destroy()
    this.#options.onEnd(end, detail)
  }
}
