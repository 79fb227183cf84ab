/** Who appends without pause, and who follows and watches: for tests of what faults may do. */
import assert from 'node:assert/strict'
import { type Log, LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position, PositionedRecord } from '@starling/core/log/record'
import { AwakeClock } from './awake-clock.ts'

const waitMsMax = 60_000
const inFlight = 16

export function recordOf(id: string, text = 'Ann'): LogRecord {
  return { id, at: 1, ops: [{ kind: 'guest', user: `u-${id}`, name: text, device: `d-${id}` }] }
}

/** Whoever waits looks again whenever something happened. */
class Happenings {
  readonly #waiting = new Set<() => void>()

  happened(): void {
    for (const look of [...this.#waiting]) look()
  }

  async until(what: string, holds: () => boolean, tell: () => string): Promise<void> {
    if (holds()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const fail = () => reject(new Error(`waited in vain for ${what}: ${tell()}`))
    const timer = setTimeout(fail, waitMsMax)
    const look = () => {
      if (holds()) resolve()
    }
    this.#waiting.add(look)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(look)
    }
  }
}

export class Writer {
  /** Id → the position that was acknowledged. */
  readonly acked = new Map<string, Position>()
  readonly failed: string[] = []
  readonly #log: Log
  readonly #name: string
  readonly #text: string
  readonly #happenings = new Happenings()
  #count = 0
  #isStopped = false
  readonly #ends: Promise<void>[] = []

  constructor(log: Log, name = 'w', text = 'Ann') {
    this.#log = log
    this.#name = name
    this.#text = text
  }

  start(): this {
    for (let n = 0; n < inFlight; n += 1) this.#ends.push(this.#write())
    return this
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#ends)
  }

  /** So many more acknowledgements. */
  more(count: number): Promise<void> {
    const wanted = this.acked.size + count
    const tell = () => `${this.acked.size} of ${wanted}, failed ${this.failed.slice(-3)}`
    return this.#happenings.until('acknowledgements', () => this.acked.size >= wanted, tell)
  }

  async #write(): Promise<void> {
    while (!this.#isStopped) {
      this.#count += 1
      const id = `${this.#name}-${this.#count}`
      try {
        this.acked.set(id, await this.#log.append(recordOf(id, this.#text)))
      } catch (error) {
        if (!(error instanceof LogError)) throw error
        this.failed.push(`${id}: ${error.code}, ${error.message}`)
      }
      this.#happenings.happened()
    }
  }
}

export class Reader implements LogFollower {
  /** All reaches that were told, with the awake time. */
  readonly reaches: { readonly canAppend: boolean; readonly why: string; readonly ms: number }[] =
    []
  readonly damages: string[] = []
  readonly records: PositionedRecord[] = []
  readonly clock = new AwakeClock(performance.now())
  readonly #ticker: NodeJS.Timeout
  readonly #happenings = new Happenings()
  readonly stop: () => void

  constructor(log: Log, after: Position = 0) {
    this.#ticker = setInterval(() => this.clock.tick(performance.now()), 20)
    this.#ticker.unref()
    const unfollow = log.follow(after, this)
    this.stop = () => {
      unfollow()
      clearInterval(this.#ticker)
    }
  }

  onRecords(records: readonly PositionedRecord[]): void {
    for (const { position, record } of records) {
      const before = this.records.at(-1)?.position
      if (before !== undefined) assert.equal(position, before + 1, 'positions are dense')
      this.records.push({ position, record })
    }
    this.#happenings.happened()
  }

  onReach(canAppend: boolean, why: string): void {
    this.clock.tick(performance.now())
    this.reaches.push({ canAppend, why, ms: this.clock.ms })
    this.#happenings.happened()
  }

  onDamage(why: string): void {
    this.damages.push(why)
    this.#happenings.happened()
  }

  get canAppend(): boolean | undefined {
    return this.reaches.at(-1)?.canAppend
  }

  get why(): string {
    return this.reaches.at(-1)?.why ?? ''
  }

  get ids(): readonly string[] {
    return this.records.map(({ record }) => record.id)
  }

  until(what: string, holds: () => boolean): Promise<void> {
    return this.#happenings.until(what, holds, () => {
      return `${this.records.length} records, ${this.canAppend} ${this.why} ${this.damages}`
    })
  }

  reach(canAppend: boolean): Promise<void> {
    return this.until(`reach ${canAppend}`, () => this.canAppend === canAppend)
  }

  upTo(position: Position): Promise<void> {
    return this.until(`position ${position}`, () => {
      return (this.records.at(-1)?.position ?? 0) >= position
    })
  }
}

/** Everything that was acknowledged stands once, where it was acknowledged, for every reader. */
export async function assertKept(
  writers: readonly Writer[],
  readers: readonly Reader[],
): Promise<void> {
  const acked = new Map(writers.flatMap((writer) => [...writer.acked]))
  const last = Math.max(...acked.values())
  for (const reader of readers) {
    await reader.upTo(last)
    const stands = new Map(reader.records.map(({ position, record }) => [record.id, position]))
    assert.equal(stands.size, reader.records.length, 'each record stands once')
    for (const [id, position] of acked) assert.equal(stands.get(id), position, `where ${id} stands`)
  }
}
