/**
 * The simulated log behind the `Log` port, so that it passes the contract of all logs. Whoever
 * awaits needs virtual time to move: `pump` is called when something was planned.
 */
import { type Log, LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'
import type { SimulatedLog } from './simulated-log.ts'

export class LogInVirtualTime implements Log {
  readonly #log: SimulatedLog
  readonly #who: string
  readonly #pump: () => void
  readonly #stops = new Set<() => void>()
  #isClosed = false

  constructor(log: SimulatedLog, options: { who: string; pump: () => void }) {
    this.#log = log
    this.#who = options.who
    this.#pump = options.pump
  }

  async append(record: LogRecord): Promise<Position> {
    this.#assertOpen()
    const { promise, resolve, reject } = Promise.withResolvers<Position>()
    this.#log.append(this.#who, record, (result) => {
      if (result.ok) resolve(result.position)
      else reject(new LogError(result.code, result.landed, `append of ${record.id} failed`))
    })
    this.#pump()
    return promise
  }

  async head(): Promise<Position> {
    this.#assertOpen()
    return this.#log.head
  }

  follow(after: Position, follower: LogFollower): () => void {
    this.#assertOpen()
    const stop = this.#log.follow(this.#who, after, follower)
    this.#stops.add(stop)
    this.#pump()
    return () => {
      stop()
      this.#stops.delete(stop)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const stop of this.#stops) stop()
    this.#stops.clear()
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogError('closed', 'no', 'this handle of the log is closed')
  }
}
