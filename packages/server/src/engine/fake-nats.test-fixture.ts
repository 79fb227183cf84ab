/** A log like that of NATS in one process: dense positions, an identity, and troubles on demand. */
import { LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'
import { NatsRefusal } from '../log/nats/nats-refusal.ts'
import type { NatsView, PeerMessage } from '../log/nats/nats-view.ts'
import type { EngineLog } from './nats-engine.ts'

/** What lasts while handles come and go. */
export class FakeNats {
  identity = 'STARLING/one'
  /** At position - 1; undefined: a hole. */
  records: (LogRecord | undefined)[] = []
  /** Why nothing can be asked or handed over; empty: all is well. */
  trouble = ''
  readonly handles = new Set<FakeNatsLog>()

  open(identity: string | undefined): Promise<FakeNatsLog> {
    if (this.trouble !== '') throw new LogError('unavailable', 'no', this.trouble)
    if (identity !== undefined && identity !== this.identity) {
      throw new NatsRefusal(
        `The log is ${this.identity}, not ${identity}.`,
        'Start with --rebuild.',
      )
    }
    const handle = new FakeNatsLog(this)
    this.handles.add(handle)
    return Promise.resolve(handle)
  }

  add(...ids: readonly string[]): void {
    for (const id of ids) this.records.push({ id, at: 1, ops: [] })
    this.#wake()
  }

  cut(why: string): void {
    this.trouble = why
    this.#wake()
  }

  heal(): void {
    this.trouble = ''
    this.#wake()
  }

  #wake(): void {
    for (const handle of this.handles) handle.wake()
  }
}

interface Following {
  readonly follower: LogFollower
  next: Position
  /** What the follower was told of the reach. */
  told: string | undefined
}

export class FakeNatsLog implements EngineLog {
  readonly #nats: FakeNats
  readonly #followings = new Set<Following>()
  readonly warnings = []
  readonly told: PeerMessage[] = []
  /** How often the record at a position was asked for. */
  asked = 0

  constructor(nats: FakeNats) {
    this.#nats = nats
  }

  get identity(): string {
    return this.#nats.identity
  }

  async append(record: LogRecord): Promise<Position> {
    this.#assertReach()
    this.#nats.records.push(record)
    for (const handle of this.#nats.handles) handle.wake()
    return this.#nats.records.length
  }

  async head(): Promise<Position> {
    this.#assertReach()
    return this.#nats.records.length
  }

  async recordAt(position: Position): Promise<LogRecord | undefined> {
    this.asked += 1
    this.#assertReach()
    return this.#nats.records[position - 1]
  }

  follow(after: Position, follower: LogFollower): () => void {
    const following: Following = { follower, next: after + 1, told: undefined }
    this.#followings.add(following)
    this.wake()
    return () => this.#followings.delete(following)
  }

  view(): NatsView {
    throw new Error('the fake has no view')
  }

  tellPeers(message: PeerMessage): void {
    this.told.push(message)
  }

  onPeers(): () => void {
    return () => {}
  }

  async close(): Promise<void> {
    this.#followings.clear()
    this.#nats.handles.delete(this)
  }

  wake(): void {
    for (const following of this.#followings) setImmediate(() => this.#advance(following))
  }

  #advance(following: Following): void {
    const { follower } = following
    const { trouble, records } = this.#nats
    if (!this.#followings.has(following)) return
    if (following.told !== trouble) {
      following.told = trouble
      follower.onReach(trouble === '', trouble)
    }
    while (trouble === '' && this.#followings.has(following)) {
      const record = records[following.next - 1]
      if (record === undefined) return
      const position = following.next
      following.next += 1
      follower.onRecords([{ position, record }])
    }
  }

  #assertReach(): void {
    const { trouble } = this.#nats
    if (trouble !== '') throw new LogError('unavailable', 'no', trouble)
  }
}
