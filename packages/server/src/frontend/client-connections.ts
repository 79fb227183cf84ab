/**
 * All client connections of a front-end: texts out, texts in, and who does not read.
 *
 * The node puts out the same list of sessions for a room again and again while its followers stay
 * the same; the connections behind a list are looked up once, and kept as long as the list is.
 */
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { CloseReason } from '@starling/protocol/close-codes'
import type { LimitCounts } from '../telemetry/limit-counts.ts'
import { ClientConnection, type ConnectionHost, writeStateOf } from './client-connection.ts'
import { ClientPings } from './client-pings.ts'
import { FlushWindow } from './flush-window.ts'
import type { FrontendShellTuning } from './frontend-settings.ts'
import { textFrame } from './text-frame.ts'
import { extendRuns } from './text-run.ts'

export interface ClientConnectionsOptions {
  readonly tuning: FrontendShellTuning
  readonly limits: LimitCounts
  /** After such a silence the node closes a client. */
  readonly silenceMsMax: number
  readonly frameBytesMax: number
  /** How busy the event loop was since it was asked last; for tests. */
  readonly utilization?: () => number
  /** All that was due is written. */
  readonly onFlushed?: (() => void) | undefined
  onText(session: string, text: string): void
  /** It says nothing and is there all the same. */
  onAlive(session: string): void
  /** Once for each connection; nothing comes from it any more. */
  onEnd(session: string): void
  onBlocked(session: string): void
  onDrained(session: string): void
}

/** Control frames and fragments cost as well; a person's frames are small and whole. */
const fragmentsMax = 256

export class ClientConnections {
  readonly #options: ClientConnectionsOptions
  readonly #host: ConnectionHost
  readonly #connections = new Map<string, ClientConnection>()
  readonly #blocked = new Set<ClientConnection>()
  readonly #pings: ClientPings<ClientConnection>
  readonly #window: FlushWindow
  readonly #holders = new WeakMap<readonly string[], readonly ClientConnection[]>()
  /** Those with something to write at the end of the turn. */
  #dirty: ClientConnection[] = []
  #flushTimer: NodeJS.Timeout | undefined
  #writes = 0
  #bytes = 0

  constructor(options: ClientConnectionsOptions) {
    this.#options = options
    const { tuning, silenceMsMax } = options
    this.#host = this.#hostOf(options)
    this.#pings = new ClientPings({ silenceMsMax, tickMs: tuning.tickMs })
    this.#window = new FlushWindow({
      widestMs: tuning.flushWindowMsMax,
      utilization: options.utilization ?? loopUtilization(),
    })
  }

  get figures() {
    return {
      blockedClients: this.#blocked.size,
      clientWritesTotal: this.#writes,
      clientBytesTotal: this.#bytes,
      flushWindowMs: this.#window.ms,
    }
  }

  /** `head`: what the client sent right behind its request for the upgrade. */
  open(session: string, socket: Socket, head: Buffer): void {
    if (head.length > 0) socket.unshift(head)
    const connection = new ClientConnection(session, socket, this.#host)
    this.#connections.set(session, connection)
    this.#pings.add(connection)
  }

  text(sessions: readonly string[], text: string): void {
    const holders = this.#holdersOf(sessions)
    if (holders.length === 0) return
    for (const connection of holders) {
      if (connection.run === undefined) this.#dirty.push(connection)
    }
    extendRuns(holders, textFrame(text))
  }

  /** At the end of a turn: one write for each client that is due something, or soon. */
  flush(nowMs: number): void {
    if (this.#dirty.length === 0 || this.#flushTimer !== undefined) return
    const waitMs = this.#window.waitMs(nowMs)
    if (waitMs === 0) return this.#flushNow(nowMs)
    this.#flushTimer = setTimeout(() => {
      this.#flushTimer = undefined
      this.#flushNow(nowMs + waitMs)
    }, waitMs)
  }

  #flushNow(nowMs: number): void {
    const dirty = this.#dirty
    this.#dirty = []
    this.#window.flushed(nowMs)
    for (const connection of dirty) {
      const bytes = connection.flush()
      if (bytes === 0) continue
      this.#writes += 1
      this.#bytes += bytes
      this.#watch(connection, nowMs)
    }
    this.#options.onFlushed?.()
  }

  close(session: string, reason: CloseReason): void {
    const connection = this.#connections.get(session)
    if (connection === undefined) return
    connection.close(reason)
    this.#gone(connection)
  }

  tick(nowMs: number): void {
    this.#pings.tick(nowMs)
    const { tuning, limits } = this.#options
    for (const connection of this.#blocked) {
      const sinceMs = connection.blockedSinceMs ?? nowMs
      if (nowMs - sinceMs < tuning.clientBlockedMsMax) continue
      limits.reached('clientBlockedMsMax')
      this.close(connection.session, 'slow-reader')
    }
  }

  abort(): void {
    for (const connection of [...this.#connections.values()]) connection.cut()
  }

  #hostOf({ tuning, frameBytesMax, onText, onAlive }: ClientConnectionsOptions): ConnectionHost {
    return {
      frameLimits: { messageBytesMax: frameBytesMax, fragmentsMax },
      closeMsMax: tuning.closeMsMax,
      clientWriteBytesMax: tuning.clientWriteBytesMax,
      onText: (connection, text) => {
        this.#pings.spoke(connection)
        onText(connection.session, text)
      },
      onPong: (connection) => {
        if (this.#pings.answered(connection)) onAlive(connection.session)
      },
      onDrain: (connection) => this.#drained(connection),
      onEnd: (connection) => this.#gone(connection),
    }
  }

  /** Those of them that are here. */
  #holdersOf(sessions: readonly string[]): readonly ClientConnection[] {
    // One alone is an answer, of which the list does not come again.
    if (sessions.length === 1) {
      const connection = this.#connections.get(sessions[0]!)
      return connection === undefined ? [] : [connection]
    }
    const known = this.#holders.get(sessions)
    if (known !== undefined) return known
    const holders: ClientConnection[] = []
    for (const session of sessions) {
      const connection = this.#connections.get(session)
      if (connection !== undefined) holders.push(connection)
    }
    this.#holders.set(sessions, holders)
    return holders
  }

  #watch(connection: ClientConnection, nowMs: number): void {
    const { tuning, limits, onBlocked } = this.#options
    const state = writeStateOf(connection, tuning)
    if (state === 'reads') return
    if (state === 'cut') {
      limits.reached('clientCutBytesMax')
      connection.cut()
      return
    }
    if (connection.blockedSinceMs !== undefined) return
    limits.reached('clientWriteBytesMax')
    connection.blockedSinceMs = nowMs
    this.#blocked.add(connection)
    onBlocked(connection.session)
  }

  #drained(connection: ClientConnection): void {
    if (!this.#blocked.delete(connection)) return
    connection.blockedSinceMs = undefined
    this.#options.onDrained(connection.session)
  }

  #gone(connection: ClientConnection): void {
    if (this.#connections.get(connection.session) !== connection) return
    this.#connections.delete(connection.session)
    this.#blocked.delete(connection)
    this.#pings.remove(connection)
    this.#options.onEnd(connection.session)
  }
}

function loopUtilization(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const until = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(until, before)
    before = until
    return utilization
  }
}
