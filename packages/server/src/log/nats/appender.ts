/**
 * Appending: an ordered window of records on their way, published raw, each with its id and a reply
 * subject of its own. They are stored in the order in which they were published. When something
 * goes wrong (no acknowledgement for a while, another connection, nobody who leads, "try again"),
 * all that is not acknowledged is published again in the same order with the same ids, after a
 * pause that grows: the first alone until it is acknowledged, then the others. The servers know
 * the ids of the last minutes and answer a repeat with the first position. So nothing is stored
 * twice, whatever got lost on which way.
 *
 * Each round of publishing has a number in its reply subjects. An acknowledgement is good whichever
 * round it belongs to; a refusal counts only when it is of the present one.
 */

import { createInbox, headers, type Msg } from '@nats-io/transport-node'
import { LogError } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'
import type { Now } from '@starling/core/now'
import type { AwakeClock } from './awake-clock.ts'
import {
  fullErrors,
  type JetstreamError,
  jetstreamErrors,
  readAck,
  tellError,
} from './jetstream-api.ts'
import type { NatsLine } from './nats-line.ts'
import { natsTuning } from './nats-tuning.ts'
import type { RecordCodec } from './record-codec.ts'
import { subjectsOf } from './stream-guard.ts'

export interface AppenderOptions {
  readonly line: Pick<NatsLine, 'listen' | 'publish' | 'connection' | 'server'>
  readonly stream: string
  readonly codec: RecordCodec
  readonly clock: AwakeClock
  readonly now: () => Now
  readonly onAcked: (position: Position) => void
  /** Something was refused that no repeat will change. */
  readonly onDamage: (why: string) => void
}

interface Append {
  readonly number: number
  readonly id: string
  readonly body: Buffer
  readonly began: { readonly ms: number; readonly wallMs: number }
  /** Awake time at which it was published last. */
  publishedAtMs: number
  /** How often it was published. */
  rounds: number
  readonly resolve: (position: Position) => void
  readonly reject: (error: LogError) => void
}

export class Appender {
  readonly #options: AppenderOptions
  readonly #subject: string
  readonly #inbox = createInbox()
  readonly #unlisten: () => void
  /** By number, hence in order: those on their way first, then those that wait. */
  readonly #appends = new Map<number, Append>()
  #count = 0
  #bytesInFlight = 0
  /** Those with a number up to this were published in this round. */
  #published = 0
  #round = 0
  /** The first of a round goes alone until it is acknowledged: there may be nobody to take it. */
  #isFirstAlone = false
  #resendMs: number = natsTuning.resendMs
  /** A pause before the next round. */
  #pause: NodeJS.Timeout | undefined
  /** Awake time of the last acknowledgement, or since when there is something to acknowledge. */
  #ackedAtMs = 0
  /** The greatest number that was acknowledged. */
  #ackedNumber = 0
  #pumping: NodeJS.Immediate | undefined

  constructor(options: AppenderOptions) {
    this.#options = options
    this.#subject = subjectsOf(options.stream).log
    this.#unlisten = options.line.listen(`${this.#inbox}.>`, (message) => this.#hear(message))
  }

  get waiting(): number {
    return this.#appends.size
  }

  /** For how long nothing was acknowledged although something waits for it. */
  get unackedMs(): number {
    return this.#published > 0 && this.#appends.size > 0
      ? this.#options.clock.ms - this.#ackedAtMs
      : 0
  }

  append(record: LogRecord): Promise<Position> {
    if (this.#appends.size >= natsTuning.appendsWaitingMax) {
      throw new LogError('unavailable', 'no', 'Too many appends wait for the log.')
    }
    const { promise, resolve, reject } = Promise.withResolvers<Position>()
    const body = this.#options.codec.encode(record)
    if (this.#appends.size === 0) this.#ackedAtMs = this.#options.clock.ms
    this.#count += 1
    this.#appends.set(this.#count, {
      number: this.#count,
      id: record.id,
      body,
      began: this.#options.now(),
      publishedAtMs: 0,
      rounds: 0,
      resolve,
      reject,
    })
    // What else comes in this turn leaves with it in one write.
    this.#pumping ??= setImmediate(() => this.#pump())
    return promise
  }

  /** There is a new connection; what was on its way over the former one may be lost. */
  opened(): void {
    this.#resendMs = natsTuning.resendMs
    this.#nextRound()
  }

  tick(): void {
    this.#giveUpOld()
    const [first] = this.#appends.values()
    if (this.#pause !== undefined || !first || first.number > this.#published) return
    if (this.#options.clock.ms - first.publishedAtMs <= natsTuning.ackMsMax) return
    // Late because all are, or lost while those after it came through.
    const isLost = this.#ackedNumber > first.number || this.unackedMs > natsTuning.ackMsMax
    if (isLost) this.#again(0)
  }

  /** Refuses all that is not acknowledged. */
  end(code: LogError['code'], why: string): void {
    this.#unlisten()
    clearTimeout(this.#pause)
    clearImmediate(this.#pumping)
    for (const append of this.#appends.values()) this.#refuse(append, { code, why })
  }

  #pump(): void {
    this.#pumping = undefined
    if (this.#pause !== undefined || !this.#options.line.connection) return
    for (const append of this.#appends.values()) {
      if (append.number <= this.#published) {
        if (this.#isFirstAlone) return
        continue
      }
      if (!this.#hasRoomFor(append)) return
      this.#publish(append)
    }
  }

  #hasRoomFor({ number, body }: Append): boolean {
    const first = this.#appends.keys().next().value ?? number
    if (number === first) return true
    if (this.#isFirstAlone) return false
    return (
      number - first < natsTuning.appendsInFlightMax &&
      this.#bytesInFlight + body.length <= natsTuning.appendBytesInFlightMax
    )
  }

  #publish(append: Append): void {
    const { line, stream } = this.#options
    const header = headers()
    header.set('Nats-Msg-Id', append.id)
    header.set('Nats-Expected-Stream', stream)
    const reply = `${this.#inbox}.${this.#round}.${append.number}`
    if (append.body.length > payloadBytesMax(line)) {
      const why = `A record of ${append.body.length} bytes is more than the servers' max_payload.`
      this.#published = append.number
      return this.#refuse(append, { code: 'too-large', why })
    }
    if (!line.publish(this.#subject, append.body, { reply, headers: header })) return
    append.rounds += 1
    append.publishedAtMs = this.#options.clock.ms
    this.#bytesInFlight += append.body.length
    this.#published = append.number
  }

  #hear(message: Msg): void {
    const [round, number] = message.subject
      .slice(this.#inbox.length + 1)
      .split('.')
      .map(Number)
    const append = this.#appends.get(number ?? 0)
    if (!append) return
    // Nobody leads.
    if (message.headers?.code === 503) {
      if (round === this.#round) this.#again(this.#resendMs)
      return
    }
    const answer = readAck(message.string())
    if (answer.ok) return this.#acked(append, answer.value.seq)
    if (round === this.#round) this.#refused(append, answer.error)
  }

  #acked(append: Append, position: Position): void {
    this.#remove(append)
    this.#ackedAtMs = this.#options.clock.ms
    this.#isFirstAlone = false
    this.#ackedNumber = Math.max(this.#ackedNumber, append.number)
    this.#resendMs = natsTuning.resendMs
    append.resolve(position)
    this.#options.onAcked(position)
    this.#pumping ??= setImmediate(() => this.#pump())
  }

  #refused(append: Append, error: JetstreamError): void {
    const why = `The log refuses the record ${append.id}: ${tellError(error)}.`
    if (fullErrors.has(error.err_code)) return this.#refuse(append, { code: 'full', why })
    switch (error.err_code) {
      case jetstreamErrors.messageTooLarge:
        return this.#refuse(append, { code: 'too-large', why })
      case jetstreamErrors.wrongStream:
        return this.#options.onDamage(`${why} Another stream has taken its subject.`)
      case jetstreamErrors.duplicateInProcess:
        // Its first copy is being stored.
        return this.#again(natsTuning.resendMs)
    }
    if (error.code >= 500) return this.#again(this.#resendMs)
    this.#refuse(append, { code: 'unavailable', why })
  }

  /** All that is not acknowledged, from the first on, after a pause. */
  #again(pauseMs: number): void {
    if (this.#pause !== undefined) return
    this.#resendMs = Math.min(2 * this.#resendMs, natsTuning.resendMsMax)
    // Refusals of this round say nothing new.
    this.#round += 1
    this.#pause = setTimeout(() => this.#nextRound(), pauseMs)
  }

  #nextRound(): void {
    clearTimeout(this.#pause)
    this.#pause = undefined
    this.#round += 1
    this.#published = 0
    this.#bytesInFlight = 0
    this.#isFirstAlone = true
    this.#giveUpOld()
    this.#pumping ??= setImmediate(() => this.#pump())
  }

  #giveUpOld(): void {
    const { ms, wallMs } = this.#options.now()
    for (const append of this.#appends.values()) {
      // The servers forget by the wall clock; the other one may stand still while a machine sleeps.
      const ageMs = Math.max(ms - append.began.ms, wallMs - append.began.wallMs)
      if (ageMs <= natsTuning.appendMsMax) return
      const why = `The log did not acknowledge within ${Math.round(ageMs / 1_000)} s.`
      this.#refuse(append, { code: 'unavailable', why })
    }
  }

  /** What was published before may have been stored, unless this is the answer to the only copy. */
  #refuse(append: Append, { code, why }: { code: LogError['code']; why: string }): void {
    const isAnswered = code === 'full' || code === 'too-large'
    const mayHaveLanded = append.rounds > (isAnswered ? 1 : 0)
    this.#remove(append)
    append.reject(new LogError(code, mayHaveLanded ? 'unknown' : 'no', why))
    this.#pumping ??= setImmediate(() => this.#pump())
  }

  #remove(append: Append): void {
    this.#appends.delete(append.number)
    if (append.number <= this.#published) this.#bytesInFlight -= append.body.length
  }
}

/** With room for the headers. */
function payloadBytesMax({ server }: Pick<NatsLine, 'server'>): number {
  return (server?.max_payload ?? natsTuning.payloadBytesMin) - 512
}
