/**
 * One client's connection, a WebSocket on the socket that HTTP left. Frames that come already
 * encoded are written as they are, all of a turn in one write; what the connection itself has to
 * say (pong, close) is written whole and at once, so frames never mix.
 *
 * There are tens of thousands of these, so each is little: no listener, no timer and no buffer of
 * its own while nothing happens. Listeners are shared and find their connection at the socket.
 *
 * `open` until a close frame was sent, ours or the answer to the client's; then `closing`, in which
 * nothing more is written or told, until the socket is gone or `closeMsMax` is over.
 *
 * A client that does not read: above `clientWriteBytesMax` it counts as blocked until its socket
 * has drained; above `clientCutBytesMax`, or blocked for too long, it is cut.
 */
import type { Socket } from 'node:net'
import { type CloseReason, closeCodes } from '@starling/protocol/close-codes'
import type { PingedConnection } from './client-pings.ts'
import type { FrontendShellTuning } from './frontend-settings.ts'
import type { RunHolder, TextRun } from './text-run.ts'
import { closeFrame, pingFrame, pongFrame } from './websocket/control-frame.ts'
import { type FrameHearer, type FrameLimits, FrameReader } from './websocket/frame-reader.ts'

/** What all connections of a front-end share. */
export interface ConnectionHost {
  readonly frameLimits: FrameLimits
  readonly closeMsMax: number
  readonly clientWriteBytesMax: number
  onText(connection: ClientConnection, text: string): void
  onPong(connection: ClientConnection): void
  onDrain(connection: ClientConnection): void
  /** Its socket is gone. */
  onEnd(connection: ClientConnection): void
}

const owner = Symbol('the connection of a socket')

interface OwnedSocket extends Socket {
  [owner]?: ClientConnection
}

export class ClientConnection implements RunHolder, PingedConnection, FrameHearer {
  readonly session: string
  run: TextRun | undefined
  /** When it began to block; undefined while it reads. */
  blockedSinceMs: number | undefined
  heardMs = 0
  isPinged = false
  readonly #host: ConnectionHost
  readonly #socket: Socket
  readonly #reader: FrameReader
  #isOpen = true
  #closeTimer: NodeJS.Timeout | undefined

  constructor(session: string, socket: Socket, host: ConnectionHost) {
    this.session = session
    this.#host = host
    this.#socket = socket
    this.#reader = new FrameReader(host.frameLimits)
    const owned: OwnedSocket = socket
    owned[owner] = this
    owned.on('data', onData).on('drain', onDrain)
    owned.on('end', onEnd).on('error', onError).on('close', onClose)
  }

  get waitingBytes(): number {
    return this.#socket.writableLength
  }

  /** Writes what was collected; the number of bytes. */
  flush(): number {
    const { run } = this
    this.run = undefined
    if (run === undefined || !this.#isOpen) return 0
    this.#socket.write(run.bytes)
    return run.bytes.length
  }

  /** False when it is not pinged: for one that does not read it would only wait with the rest. */
  ping(): boolean {
    if (this.blockedSinceMs !== undefined || !this.#isOpen) return false
    this.#socket.write(pingFrame)
    return true
  }

  /** What was collected before still leaves. */
  close(reason: CloseReason): void {
    this.flush()
    this.#close(closeCodes[reason], reason)
  }

  cut(): void {
    this.#isOpen = false
    this.#socket.destroy()
  }

  received(chunk: Buffer): void {
    const fault = this.#reader.push(chunk, this)
    if (fault === undefined) return
    this.#close(closeCodes[fault], fault)
    this.#socket.end()
  }

  heardText(text: string): void {
    if (this.#isOpen) this.#host.onText(this, text)
  }

  /** Who does not read gets no pongs: they would only wait with the rest. */
  heardPing(payload: Buffer): void {
    if (!this.#isOpen || this.waitingBytes > this.#host.clientWriteBytesMax) return
    this.#socket.write(pongFrame(payload))
  }

  heardPong(): void {
    if (this.#isOpen) this.#host.onPong(this)
  }

  heardClose(code: number | undefined): void {
    this.#close(code)
    this.#socket.end()
  }

  /** The client says no more. */
  heardEnd(): void {
    this.#closing()
    this.#socket.end()
  }

  drained(): void {
    this.#host.onDrain(this)
  }

  ended(): void {
    this.#isOpen = false
    clearTimeout(this.#closeTimer)
    this.#host.onEnd(this)
  }

  #close(code: number | undefined, reason?: CloseReason): void {
    if (!this.#isOpen) return
    this.#closing()
    this.#socket.write(closeFrame(code, reason))
  }

  #closing(): void {
    this.#isOpen = false
    this.#closeTimer ??= setTimeout(() => this.#socket.destroy(), this.#host.closeMsMax)
  }
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[owner]?.received(chunk)
}

function onDrain(this: OwnedSocket): void {
  this[owner]?.drained()
}

function onEnd(this: OwnedSocket): void {
  this[owner]?.heardEnd()
}

/** The socket is destroyed by then; `close` follows. */
function onError(): void {}

function onClose(this: OwnedSocket): void {
  this[owner]?.ended()
}

export type WriteState = 'reads' | 'blocked' | 'cut'

export function writeStateOf(
  connection: ClientConnection,
  tuning: FrontendShellTuning,
): WriteState {
  const waiting = connection.waitingBytes
  if (waiting > tuning.clientCutBytesMax) return 'cut'
  return waiting > tuning.clientWriteBytesMax ? 'blocked' : 'reads'
}
