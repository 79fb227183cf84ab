/**
 * Somebody who is in while all the others come back: it dials without waiting until it is welcomed,
 * pings all the time, and measures how long each pong takes.
 */
import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { protocolVersion } from '@starling/protocol/up'
import { LeanSocket } from './lean-socket.ts'

const readIntoBytes = 64 * 1024
const pauseMs = 20
const everyMs = 50

export class PingingGuest {
  readonly #place: { readonly host: string; readonly port: number; readonly readInto: Buffer }
  readonly #name = `pinger-${randomBytes(4).toString('hex')}`
  readonly #token = randomBytes(32).toString('base64url')
  readonly #tookMs: number[] = []
  #socket: LeanSocket | undefined
  #timer: NodeJS.Timeout | undefined
  #pingedMs: number | undefined
  #isOver = false

  constructor(address: string) {
    const { hostname: host, port } = new URL(address)
    this.#place = { host, port: Number(port), readInto: Buffer.alloc(readIntoBytes) }
    this.#dial()
  }

  /** Ends it; the milliseconds within which 99 of 100 pings were answered, and how many were. */
  end(): { readonly p99Ms: number; readonly pings: number } {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#socket?.close()
    // One that was not answered at all counts as well.
    if (this.#pingedMs !== undefined) this.#tookMs.push(performance.now() - this.#pingedMs)
    const sorted = this.#tookMs.sort((a, b) => a - b)
    const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
    return { p99Ms, pings: sorted.length }
  }

  #dial(): void {
    const socket = new LeanSocket({
      ...this.#place,
      onText: (payload) => this.#heard(payload.toString('latin1', 0, 15)),
      onEnd: () => this.#dialSoon(),
    })
    this.#socket = socket
    socket.opened().then(
      () => {
        const auth = { kind: 'guest', name: this.#name, token: this.#token }
        socket.text(JSON.stringify({ t: 'hello', protocol: protocolVersion, auth }))
      },
      // `onEnd` comes, too.
      () => undefined,
    )
  }

  #dialSoon(): void {
    if (!this.#isOver) this.#timer = setTimeout(() => this.#dial(), pauseMs)
  }

  #heard(head: string): void {
    if (head.startsWith('{"t":"pong"')) {
      this.#tookMs.push(performance.now() - this.#pingedMs!)
      this.#pingedMs = undefined
      this.#timer = setTimeout(() => this.#ping(), everyMs)
    } else if (head.startsWith('{"t":"welcome"')) this.#ping()
    else if (head.startsWith('{"t":"error"')) {
      this.#socket?.close()
      this.#dialSoon()
    }
  }

  #ping(): void {
    this.#pingedMs = performance.now()
    this.#socket?.text('{"t":"ping"}')
  }
}
