/**
 * One client's connection. Frames that come already encoded are written to the socket beneath the
 * WebSocket library, all of a turn in one write. That is sound because nothing is ever compressed
 * here and the library writes each frame of its own (ping, pong, close) whole and at once, so
 * frames never mix.
 *
 * A client that does not read: above `clientWriteBytesMax` it counts as blocked until its socket
 * has drained; above `clientCutBytesMax`, or blocked for too long, it is cut.
 */
import type { Socket } from 'node:net'
import { type CloseReason, closeCodes } from '@starling/protocol/close-codes'
import type { WebSocket } from 'ws'
import type { PingedConnection } from './client-pings.ts'
import type { FrontendShellTuning } from './frontend-settings.ts'
import type { RunHolder, TextRun } from './text-run.ts'

export class ClientConnection implements RunHolder, PingedConnection {
  readonly session: string
  run: TextRun | undefined
  /** When it began to block; undefined while it reads. */
  blockedSinceMs: number | undefined
  heardMs = 0
  isPinged = false
  readonly #ws: WebSocket
  readonly #socket: Socket

  constructor(session: string, ws: WebSocket, socket: Socket) {
    // A compressed connection would need frames of its own.
    if (ws.extensions !== '') throw new Error(`extensions were negotiated: ${ws.extensions}`)
    this.session = session
    this.#ws = ws
    this.#socket = socket
  }

  get waitingBytes(): number {
    return this.#socket.writableLength
  }

  /** Writes what was collected; the number of bytes. */
  flush(): number {
    const run = this.run
    this.run = undefined
    if (run === undefined || this.#ws.readyState !== this.#ws.OPEN) return 0
    this.#socket.write(run.bytes)
    return run.bytes.length
  }

  /** False when it is not pinged: for one that does not read it would only wait with the rest. */
  ping(): boolean {
    if (this.blockedSinceMs !== undefined || this.#ws.readyState !== this.#ws.OPEN) return false
    this.#ws.ping()
    return true
  }

  /** What was collected before still leaves. */
  close(reason: CloseReason): void {
    this.flush()
    this.#ws.close(closeCodes[reason], reason)
  }

  cut(): void {
    this.#ws.terminate()
  }
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
