/**
 * A browser runs the timers of a hidden tab once a minute, so its client cannot say in time that it
 * lives. Browsers answer a WebSocket's own ping by themselves, whatever the page does; so whoever
 * has been quiet is pinged, and the pong counts as life. Nobody else costs anything: clients that
 * speak are never pinged.
 *
 * All is done in the shell's tick. Each tick looks at the next few connections, so that every one
 * is looked at once a round and the pings of many hidden tabs spread over it. A connection that is
 * dead gives no pong and is cut as silent when it always was. Pongs that nobody asked for count
 * for nothing.
 */

/** Of the silence after which a client is cut: quiet for so long, it is pinged. */
const quietShare = 0.4
/** Every connection is looked at once in so long. */
const roundShare = 1 / 6

export interface PingedConnection {
  /** When it spoke last or answered a ping, as far as the ticks tell. */
  heardMs: number
  /** A ping of ours has no answer yet. */
  isPinged: boolean
  /** Whether it could be pinged. */
  ping(): boolean
}

export class ClientPings<C extends PingedConnection> {
  readonly #quietMs: number
  /** Share of all connections that one tick looks at. */
  readonly #tickShare: number
  readonly #connections = new Set<C>()
  #round: Iterator<C> = [][Symbol.iterator]()
  #nowMs = 0

  constructor({ silenceMsMax, tickMs }: { silenceMsMax: number; tickMs: number }) {
    this.#quietMs = silenceMsMax * quietShare
    this.#tickShare = Math.min(1, tickMs / (silenceMsMax * roundShare))
  }

  add(connection: C): void {
    connection.heardMs = this.#nowMs
    this.#connections.add(connection)
  }

  remove(connection: C): void {
    this.#connections.delete(connection)
  }

  spoke(connection: C): void {
    connection.heardMs = this.#nowMs
    connection.isPinged = false
  }

  /** Whether the pong is the answer to a ping. */
  answered(connection: C): boolean {
    const wasPinged = connection.isPinged
    if (wasPinged) this.spoke(connection)
    return wasPinged
  }

  tick(nowMs: number): void {
    this.#nowMs = nowMs
    const count = Math.ceil(this.#connections.size * this.#tickShare)
    for (let looked = 0; looked < count; looked += 1) {
      const connection = this.#next()
      if (connection === undefined) return
      if (connection.isPinged || nowMs - connection.heardMs < this.#quietMs) continue
      connection.isPinged = connection.ping()
    }
  }

  #next(): C | undefined {
    const next = this.#round.next()
    if (next.done !== true) return next.value
    this.#round = this.#connections.values()
    const first = this.#round.next()
    return first.done === true ? undefined : first.value
  }
}
