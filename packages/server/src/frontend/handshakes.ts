/**
 * Clients that asked for the upgrade and are not let in yet. When all come back at once, letting
 * one in costs many times what accepting its connection does, and the event loop accepts one
 * connection a turn. So in a turn that brought a connection hardly anybody is let in: the system's
 * own queue, of which nobody knows how old it is and who has gone, empties quickly, and who waits
 * waits here, in line.
 *
 * Nothing is spent on who has gone. Each waits through one look of the loop at its socket at least,
 * which tells that it has closed. Who cannot be served in time is told when to come again
 * (waiting-line.ts): it is upgraded, hears why in a frame, and is closed, all in one write.
 */
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { WaitingLine } from '@starling/core/frontend/waiting-line'
import { closeCodes } from '@starling/protocol/close-codes'
import type { DownFrameOf } from '@starling/protocol/down'
import { sentenceOf } from '@starling/protocol/error-codes'
import type { LimitCounts } from '../telemetry/limit-counts.ts'
import type { FrontendShellTuning } from './frontend-settings.ts'
import { textFrame } from './text-frame.ts'
import { closeFrame } from './websocket/control-frame.ts'

export interface HandshakesOptions {
  readonly tuning: FrontendShellTuning
  readonly limits: LimitCounts
  readonly nowMs?: () => number
  /** The answer is written; `head` is what the client sent behind its request. */
  onOpen(socket: Socket, head: Buffer): void
}

/** Of turns that bring a connection, each so many-th lets one in. */
const lettingTurns = 2
/** A client says nothing before it is let in; more than a frame or two is no client. */
const headBytesMax = 64 * 1024

interface Handshake {
  readonly socket: Socket
  readonly answer: string
  readonly line: WaitingLine<Handshake>
  readonly turn: number
  head: Buffer
}

const asking = Symbol('the handshake of a socket')

interface AskingSocket extends Socket {
  [asking]?: Handshake | undefined
}

export class Handshakes {
  readonly #options: HandshakesOptions
  readonly #line: WaitingLine<Handshake>
  readonly #nowMs: () => number
  #isDue = false
  #turn = 0
  #acceptedAt = -1
  #turnsWithout = 0

  constructor(options: HandshakesOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? (() => performance.now())
    const { handshakesWaitingMax: waitingMax, handshakeWaitMsMax: waitMsMax } = options.tuning
    this.#line = new WaitingLine({ waitingMax, waitMsMax, chance: Math.random })
  }

  get figures() {
    return { waiting: this.#line.size, refusedTotal: this.#line.refusedTotal }
  }

  /** A connection was accepted; what it wants is not known yet. */
  accepted(): void {
    this.#acceptedAt = this.#turn
  }

  arrive(socket: AskingSocket, head: Buffer, answer: string): void {
    const handshake: Handshake = { socket, answer, line: this.#line, turn: this.#turn, head }
    socket.on('error', ignore)
    const retryMs = this.#line.join(this.#nowMs(), handshake)
    if (retryMs !== undefined) return this.#refuse(handshake, retryMs, 'handshakesWaitingMax')
    socket[asking] = handshake
    socket.on('data', keep).on('end', gone).on('close', gone)
    this.#due()
  }

  #due(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      this.#run()
      if (this.#line.size > 0) this.#due()
    })
  }

  #run(): void {
    const nowMs = this.#nowMs()
    for (const { item, retryMs } of this.#line.takeOverdue(nowMs)) {
      this.#refuse(item, retryMs, 'handshakeWaitMsMax')
    }
    for (let left = this.#most(); left > 0; left -= 1) {
      const { first } = this.#line
      if (first === undefined || first.turn === this.#turn) break
      this.#line.take(nowMs)
      this.#letIn(first)
    }
    this.#turn += 1
  }

  #most(): number {
    const { handshakesPerTurnMax } = this.#options.tuning
    if (this.#acceptedAt !== this.#turn) return handshakesPerTurnMax
    this.#line.distracted()
    this.#turnsWithout = (this.#turnsWithout + 1) % lettingTurns
    return this.#turnsWithout === 0 ? Math.min(1, handshakesPerTurnMax) : 0
  }

  #letIn(handshake: Handshake): void {
    const { socket, answer, head } = handshake
    release(socket)
    if (!socket.readable || !socket.writable) {
      socket.destroy()
      return
    }
    socket.off('error', ignore)
    socket.write(answer, 'latin1')
    this.#options.onOpen(socket, head)
  }

  #refuse({ socket, answer }: Handshake, retryMs: number, limit: string): void {
    release(socket)
    this.#options.limits.reached(limit)
    const frame: DownFrameOf<'error'> = {
      t: 'error',
      code: 'unavailable',
      retry: 'later',
      retryMs,
      say: sentenceOf('unavailable'),
    }
    const close = closeFrame(closeCodes.overloaded, 'overloaded')
    const text = textFrame(JSON.stringify(frame))
    socket.write(Buffer.concat([Buffer.from(answer, 'latin1'), text, close]))
    socket.setTimeout(this.#options.tuning.closeMsMax, () => socket.destroy())
    socket.resume()
    socket.destroySoon()
  }
}

function release(socket: AskingSocket): void {
  socket[asking] = undefined
  socket.off('data', keep).off('end', gone).off('close', gone)
}

function ignore(): void {}

function keep(this: AskingSocket, chunk: Buffer): void {
  const handshake = this[asking]
  if (handshake === undefined) return
  handshake.head = Buffer.concat([handshake.head, chunk])
  if (handshake.head.length > headBytesMax) gone.call(this)
}

function gone(this: AskingSocket): void {
  const handshake = this[asking]
  if (handshake === undefined) return
  handshake.line.leave(handshake)
  release(this)
  this.destroy()
}
