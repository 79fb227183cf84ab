/** The log in a JetStream stream. */
import { type Log, LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'
import type { NatsSettings } from './nats-settings.ts'
import type { NatsNotice, NatsView, PeerMessage } from './nats-view.ts'

export interface NatsLogOptions {
  /** The backend's; unique in the installation. Servers show it beside the connection. */
  readonly name: string
  readonly onNotice: (notice: NatsNotice) => void
  /** Of the log that the store was made from: then none is created, and no other is taken. */
  readonly identity?: string
}

export class NatsLog implements Log {
  /** `<stream>/<incarnation>`; a stream that was deleted and made again has another. */
  readonly identity: string
  readonly replicas: number
  readonly settings: NatsSettings

  /** Rejects with a `NatsRefusal` when an operator must act, else with a `LogError`. */
  static async open(settings: NatsSettings, options: NatsLogOptions): Promise<NatsLog> {
    return new NatsLog(settings, options)
  }

  private constructor(settings: NatsSettings, _options: NatsLogOptions) {
    this.settings = settings
    this.replicas = settings.replicas
    this.identity = `${settings.stream}/`
  }

  /** What it cannot promise, in plain words; empty unless `isUnsafeAllowed`. */
  get warnings(): readonly string[] {
    return []
  }

  async append(_record: LogRecord): Promise<Position> {
    throw notYet()
  }

  async head(): Promise<Position> {
    throw notYet()
  }

  /** As the leader has it; undefined when the log has nothing there. */
  async recordAt(_position: Position): Promise<LogRecord | undefined> {
    throw notYet()
  }

  follow(_after: Position, _follower: LogFollower): () => void {
    throw notYet()
  }

  view(): NatsView {
    throw notYet()
  }

  /** To the other backends, not to this one; may get lost. */
  tellPeers(_message: PeerMessage): void {
    throw notYet()
  }

  /** Returns the function that stops hearing. */
  onPeers(_hear: (message: PeerMessage) => void): () => void {
    throw notYet()
  }

  async close(): Promise<void> {}
}

function notYet(): LogError {
  return new LogError('unavailable', 'no', 'the NATS log is being built')
}
