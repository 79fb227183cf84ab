/**
 * The log in memory: the executable specification of `Log`. Several handles share one
 * `MemoryLogFile`, as several backends share one engine.
 *
 * The file keeps the records in one array. Each follower keeps how many of them it has handed over,
 * and hands over the rest, in a later turn, whenever the array grew. Positions leave gaps on
 * purpose, so that nobody takes them for a count.
 */
import { countUpTo } from './count-up-to.ts'
import { type Log, LogError, type LogFollower } from './log.ts'
import type { LogRecord, Position, PositionedRecord } from './record.ts'

const positionStep = 3

/** What lasts while handles come and go. */
export class MemoryLogFile {
  readonly #records: PositionedRecord[] = []
  readonly #positions = new Map<string, Position>()
  readonly #onGrowth = new Set<() => void>()

  get records(): readonly PositionedRecord[] {
    return this.#records
  }

  get head(): Position {
    return this.#records.at(-1)?.position ?? 0
  }

  append(record: LogRecord): Position {
    const first = this.#positions.get(record.id)
    if (first !== undefined) return first
    const position = this.head + positionStep
    this.#records.push({ position, record })
    this.#positions.set(record.id, position)
    for (const wake of this.#onGrowth) wake()
    return position
  }

  watch(wake: () => void): () => void {
    this.#onGrowth.add(wake)
    return () => this.#onGrowth.delete(wake)
  }
}

export class MemoryLog implements Log {
  readonly #file: MemoryLogFile
  readonly #stops = new Set<() => void>()
  #isClosed = false

  constructor(file: MemoryLogFile = new MemoryLogFile()) {
    this.#file = file
  }

  async append(record: LogRecord): Promise<Position> {
    this.#assertOpen()
    return this.#file.append(record)
  }

  async head(): Promise<Position> {
    this.#assertOpen()
    return this.#file.head
  }

  follow(after: Position, follower: LogFollower): () => void {
    this.#assertOpen()
    let isStopped = false
    let isAwake = false
    let handedOver = countUpTo(this.#file.records, after)
    const handOver = () => {
      isAwake = false
      const fresh = this.#file.records.slice(handedOver)
      if (isStopped || fresh.length === 0) return
      handedOver += fresh.length
      follower.onRecords(fresh)
    }
    const wake = () => {
      if (isAwake) return
      isAwake = true
      void Promise.resolve().then(handOver)
    }
    const unwatch = this.#file.watch(wake)
    const stop = () => {
      isStopped = true
      unwatch()
      this.#stops.delete(stop)
    }
    this.#stops.add(stop)
    void Promise.resolve().then(() => {
      if (!isStopped) follower.onReach(true, '')
    })
    wake()
    return stop
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const stop of this.#stops) stop()
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogError('closed', 'no', 'this handle of the log is closed')
  }
}
