/**
 * One follower. Positions are dense, so the next one is always known: a record with that position
 * is taken, an earlier one ignored, a later one kept until those before it are there. What is
 * missing is read from the stream: at the beginning, after a gap, and when something is known to be
 * there (an acknowledgement or the leader's word) that was not republished. Replicas may lag, so
 * after some reads that bring nothing the leader is asked, one record at a time, and when that goes
 * on another server's replica is looked for. When the leader has all after a record but not the
 * record itself, the log is damaged, and nothing more is handed over.
 *
 * The follower hears that the log is within reach when it was handed what was there when reach
 * began; until then it hears how far it is.
 */
import type { LogFollower } from '@starling/core/log/log'
import type { Position, PositionedRecord } from '@starling/core/log/record'
import type { AwakeClock } from './awake-clock.ts'
import { isOutOfReach, type LeaderQuestions } from './leader-questions.ts'
import { natsTuning } from './nats-tuning.ts'
import type { RecordCodec } from './record-codec.ts'
import type { StoredRecord, Tail } from './tail.ts'

export interface FollowingOptions {
  readonly after: Position
  readonly follower: LogFollower
  readonly tail: Pick<Tail, 'listen' | 'fetch'>
  readonly questions: Pick<LeaderQuestions, 'recordAt' | 'bodyAt'>
  readonly codec: RecordCodec
  readonly clock: AwakeClock
  /** The greatest position that is known to be there. */
  readonly head: () => Position
  readonly onDamage: (why: string) => void
  /** Everything up to there was handed over, so it is there. */
  readonly onHandedOver: (position: Position) => void
  /** The replica that answers has been behind for a while. */
  readonly onLag: () => void
}

export interface Reach {
  readonly canAppend: boolean
  readonly why: string
}

export class Following {
  readonly #options: FollowingOptions
  readonly #unlisten: () => void
  #next: Position
  #ready: PositionedRecord[] = []
  readonly #ahead = new Map<Position, Uint8Array>()
  #aheadBytes = 0
  #handing: NodeJS.Immediate | undefined
  /** Awake time at which something was taken, or a read began. */
  #progressAtMs: number
  /** Reads follow each other until all is there. */
  #isFilling = true
  #giveUpFetch: (() => void) | undefined
  #fruitlessFetches = 0
  #isAskingLeader = false
  /** In a row, since no replica had them. */
  #recordsOfLeader = 0
  /** What was handed over last, to be compared with what a new leader holds there. */
  #last: { readonly position: Position; readonly id: string } | undefined
  #handedOver: Position
  #damage: string | undefined
  #isStopped = false
  /** Nothing is handed over until who leads was compared with. */
  #isHeld = false

  #reach: Reach
  #target: Position
  #told: Reach | undefined
  #toldAtMs: number

  constructor(options: FollowingOptions, reach: Reach) {
    this.#options = options
    this.#next = options.after + 1
    this.#handedOver = options.after
    this.#reach = reach
    this.#target = options.head()
    this.#progressAtMs = options.clock.ms
    this.#toldAtMs = options.clock.ms
    this.#unlisten = options.tail.listen((stored) => this.#hear(stored))
    this.#handing = setImmediate(() => this.#handOver())
  }

  stop(): void {
    this.#isStopped = true
    this.#unlisten()
    this.#giveUpFetch?.()
    clearImmediate(this.#handing)
  }

  /** What the handle found of its reach. */
  reached(reach: Reach): void {
    if (reach.canAppend && !this.#reach.canAppend) this.#target = this.#options.head()
    this.#reach = reach
    this.#tell()
  }

  /** The last thing the follower hears. */
  damaged(why: string): void {
    if (this.#isStopped) return
    this.stop()
    const { follower } = this.#options
    follower.onReach(false, why)
    follower.onDamage?.(why)
  }

  tick(): void {
    const isLate = this.#options.clock.ms - this.#progressAtMs > natsTuning.lateMsMax
    if (isLate) this.#fill()
    this.#tell()
  }

  /**
   * The log may be another one: nothing more is handed over before it was compared, and what was
   * taken and not handed over is read again.
   */
  hold(): void {
    if (!this.#last) return
    this.#isHeld = true
    this.#rewind()
  }

  /** It was compared, and is the same log. */
  release(): void {
    if (!this.#isHeld || this.#isStopped) return
    this.#isHeld = false
    this.#isFilling = true
    this.#handing ??= setImmediate(() => this.#handOver())
  }

  /** Does who leads now have what was handed over here? False when it did not say. */
  async compareWithLeader(): Promise<boolean> {
    const last = this.#last
    if (!last) return true
    let body: Uint8Array | undefined
    try {
      body = await this.#options.questions.bodyAt(last.position)
    } catch (error) {
      if (!isOutOfReach(error)) throw error
      return false
    }
    // A log that ends before is found out elsewhere.
    if (body === undefined) return false
    const found = this.#options.codec.decode(body)?.id
    if (found !== last.id && !this.#isStopped) {
      this.#options.onDamage(
        `Position ${last.position} of the log holds another record than before ` +
          `(${found}, it was ${last.id}): it went back and went on differently.`,
      )
    }
    return true
  }

  #hear({ position, body }: StoredRecord): void {
    if (this.#isStopped || position < this.#next) return
    if (this.#isHeld && this.#ready.length >= natsTuning.aheadRecordsMax) return this.#rewind()
    if (position === this.#next) return this.#take(body)
    this.#keep(position, body)
    this.#fill()
  }

  /** The body of the next record. */
  #take(body: Uint8Array): void {
    let found: Uint8Array | undefined = body
    while (found !== undefined && this.#damage === undefined) {
      const record = this.#options.codec.decode(found)
      if (record === undefined) this.#damage = `Record ${this.#next} of the log cannot be read.`
      else this.#ready.push({ position: this.#next, record })
      this.#next += 1
      found = this.#unkeep(this.#next)
    }
    this.#progressAtMs = this.#options.clock.ms
    this.#handing ??= setImmediate(() => this.#handOver())
  }

  #keep(position: Position, body: Uint8Array): void {
    const isFull =
      this.#ahead.size >= natsTuning.aheadRecordsMax ||
      this.#aheadBytes + body.length > natsTuning.aheadBytesMax
    // What is let go is read again.
    if (isFull) {
      this.#ahead.clear()
      this.#aheadBytes = 0
    }
    if (this.#ahead.has(position)) return
    this.#ahead.set(position, Buffer.from(body))
    this.#aheadBytes += body.length
  }

  /** What is let go is read again. */
  #rewind(): void {
    this.#ready = []
    this.#ahead.clear()
    this.#aheadBytes = 0
    this.#next = this.#handedOver + 1
  }

  #unkeep(position: Position): Uint8Array | undefined {
    const body = this.#ahead.get(position)
    if (body === undefined) return undefined
    this.#ahead.delete(position)
    this.#aheadBytes -= body.length
    return body
  }

  #handOver(): void {
    this.#handing = undefined
    if (this.#isHeld) return
    const part = this.#ready.splice(0, partLength(this.#ready))
    const last = part.at(-1)
    if (last) {
      this.#last = { position: last.position, id: last.record.id }
      this.#handedOver = last.position
      this.#options.onHandedOver(last.position)
      this.#options.follower.onRecords(part)
    }
    if (this.#isStopped) return
    if (this.#ready.length > 0) this.#handing ??= setImmediate(() => this.#handOver())
    else if (this.#damage !== undefined) return this.#options.onDamage(this.#damage)
    else if (this.#isFilling) this.#fill()
    this.#tell()
  }

  /** Reads what is missing, if anything is. */
  #fill(): void {
    const isBusy = this.#giveUpFetch !== undefined || this.#isAskingLeader
    if (isBusy || this.#isStopped || this.#damage !== undefined) return
    this.#isFilling = this.#next <= this.#options.head() || this.#ahead.size > 0
    // What was read is handed over first.
    if (!this.#isFilling || this.#ready.length > 0) return
    const from = this.#next
    this.#progressAtMs = this.#options.clock.ms
    this.#giveUpFetch = this.#options.tail.fetch(from, {
      hear: (stored) => this.#hearFetched(stored),
      ended: () => {
        this.#giveUpFetch = undefined
        this.#fetched(from)
      },
    })
  }

  #hearFetched({ position, body }: StoredRecord): void {
    this.#unkeep(position)
    if (position === this.#next) this.#take(body)
  }

  #fetched(from: Position): void {
    if (this.#isStopped) return
    if (this.#next > from) {
      this.#fruitlessFetches = 0
      this.#recordsOfLeader = 0
      return this.#fill()
    }
    this.#isFilling = false
    this.#fruitlessFetches += 1
    if (this.#fruitlessFetches > natsTuning.fruitlessFetchesMax) void this.#askLeader()
  }

  /** Replicas did not have the next record, or did not answer. */
  async #askLeader(): Promise<void> {
    if (this.#isAskingLeader) return
    this.#isAskingLeader = true
    const position = this.#next
    try {
      const { questions } = this.#options
      const found = (await questions.bodyAt(position)) ?? (await questions.recordAt(position))
      if (this.#isStopped) return
      if (found === 'after-end') this.#fruitlessFetches = 0
      else if (found === 'hole') {
        this.#damage = `The log has no record ${position}, but later ones: it is damaged.`
      } else if (position === this.#next) this.#takeOfLeader(found)
    } catch (error) {
      if (!isOutOfReach(error)) throw error
    } finally {
      this.#isAskingLeader = false
      this.#isFilling = true
      this.#progressAtMs = this.#options.clock.ms
      if (!this.#isStopped) this.#handing ??= setImmediate(() => this.#handOver())
    }
  }

  #takeOfLeader(body: Uint8Array): void {
    this.#recordsOfLeader += 1
    // It still lags, most likely: the leader is asked again as soon as that shows.
    this.#fruitlessFetches = natsTuning.fruitlessFetchesMax
    if (this.#recordsOfLeader % natsTuning.recordsOfLeaderMax === 0) this.#options.onLag()
    this.#take(body)
  }

  #tell(): void {
    if (this.#isStopped) return
    const reach = this.#reachHere()
    const told = this.#told
    const isPaced = this.#options.clock.ms - this.#toldAtMs < natsTuning.progressMs
    if (told?.canAppend === reach.canAppend && (told.why === reach.why || isPaced)) return
    // Who has little to catch up need not hear of it.
    if (!told && !reach.canAppend && this.#reach.canAppend && isPaced) return
    this.#told = reach
    this.#toldAtMs = this.#options.clock.ms
    this.#options.follower.onReach(reach.canAppend, reach.why)
  }

  #reachHere(): Reach {
    if (!this.#reach.canAppend || this.#handedOver >= this.#target) return this.#reach
    const [has, all] = [this.#handedOver, this.#target]
    const percent = Math.floor((100 * has) / all)
    const counts = `${has.toLocaleString('en')} of ${all.toLocaleString('en')} records`
    return { canAppend: false, why: `catching up: ${percent} % (${counts})` }
  }
}

/** How many to hand over at one go: at least one, and no more than a turn can bear. */
function partLength(ready: readonly PositionedRecord[]): number {
  const { handOverRecordsMax, handOverOpsMax } = natsTuning
  let ops = 0
  for (const [at, { record }] of ready.entries()) {
    ops += record.ops.length
    if (at >= handOverRecordsMax || (at > 0 && ops > handOverOpsMax)) return at
  }
  return ready.length
}
