/**
 * The log in a JetStream stream: one subject, dense positions, each record kept by several servers.
 *
 * Two connections: one appends and asks the leader how it is, the other follows, so that what comes
 * in holds up neither. What each part does: `appender.ts` (records on their way), `following.ts`
 * (what a follower gets), `leader-probe.ts` (whether the log is within reach), `damage-watch.ts`
 * (whether it is still the same), `stream-guard.ts` and `servers-check.ts` (whether it is safe).
 */
import { type Log, LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'
import { now } from '../../link/clock.ts'
import { startTicker } from '../../ticker.ts'
import { Appender } from './appender.ts'
import { AwakeClock } from './awake-clock.ts'
import { DamageWatch } from './damage-watch.ts'
import { Following, type Reach } from './following.ts'
import { jetstreamSubjects, type StreamInfo } from './jetstream-api.ts'
import { LeaderProbe } from './leader-probe.ts'
import { isOutOfReach, leadershipOf } from './leader-questions.ts'
import type { NatsLine } from './nats-line.ts'
import { type NatsLogOptions, type OpenedNats, openNats } from './nats-opening.ts'
import type { NatsSettings } from './nats-settings.ts'
import { natsTuning } from './nats-tuning.ts'
import { type NatsView, type PeerMessage, viewOf } from './nats-view.ts'
import { Peers } from './peers.ts'
import { RecordCodec } from './record-codec.ts'
import { Tail } from './tail.ts'

export class NatsLog implements Log {
  /** `<stream>/<incarnation>`; a stream that was deleted and made again has another. */
  readonly identity: string
  readonly replicas: number
  readonly #settings: NatsSettings
  readonly #opened: OpenedNats
  readonly #clock = new AwakeClock(performance.now())
  readonly #codec = new RecordCodec()
  readonly #appender: Appender
  readonly #appendProbe: LeaderProbe
  readonly #tailProbe: LeaderProbe
  readonly #tail: Tail
  readonly #watch: DamageWatch
  readonly #peers: Peers
  readonly #followings = new Set<Following>()
  readonly #stopTicker: () => void
  #info: StreamInfo
  /** The greatest position that was seen, or that a follower claims to have. */
  #head: Position
  #reach: Reach = { canAppend: true, why: '' }
  /** A follower claims more than the leader said until now. */
  #isDoubted = false
  #damage: string | undefined
  /** The leader that was found to have what was handed over. */
  #comparedWith: string
  #isComparing = false
  /** Connections, so far. */
  #linesOpened = 0
  #complaint = ''
  #closing: Promise<void> | undefined

  /** Rejects with a `NatsRefusal` when an operator must act, else with a `LogError`. */
  static async open(settings: NatsSettings, options: NatsLogOptions): Promise<NatsLog> {
    return new NatsLog(settings, await openNats(settings, options))
  }

  private constructor(settings: NatsSettings, opened: OpenedNats) {
    const { appendLine, tailLine, info, incarnation } = opened
    const { stream } = settings
    this.#settings = settings
    this.#opened = opened
    this.#info = info
    this.#head = info.state.last_seq
    this.#comparedWith = leadershipOf(info)
    this.replicas = info.config.num_replicas
    this.identity = `${stream}/${incarnation}`
    this.#watch = new DamageWatch(stream, incarnation)
    this.#peers = new Peers(appendLine, stream)
    this.#tail = new Tail(tailLine, stream, this.#clock)
    this.#appender = new Appender({
      line: appendLine,
      stream,
      codec: this.#codec,
      clock: this.#clock,
      now,
      onAcked: (position) => this.#acked(position),
      onDamage: (why) => this.#damaged(why),
    })
    this.#appendProbe = this.#probe(appendLine, true)
    this.#tailProbe = this.#probe(tailLine, false)
    opened.attach({
      onOpen: (line) => this.#lineOpened(line),
      onClose: (line) => this.#lineClosed(line),
      onComplaint: (text) => this.#complained(text),
    })
    this.#stopTicker = startTicker(natsTuning.tickMs, () => this.#tick())
    opened.check.keepChecking(() => this.#info)
    this.#appendProbe.opened()
    this.#tailProbe.opened()
  }

  /** What it cannot promise, in plain words; empty unless `isUnsafeAllowed` or found later. */
  get warnings(): readonly string[] {
    return this.#opened.check.warnings
  }

  async append(record: LogRecord): Promise<Position> {
    this.#assertOpen()
    if (this.#damage !== undefined) throw new LogError('damaged', 'no', this.#damage)
    return this.#appender.append(record)
  }

  async head(): Promise<Position> {
    this.#assertOpen()
    return (await this.#asked(() => this.#opened.questions.info())).state.last_seq
  }

  /** As the leader has it; undefined when the log ends before. */
  async recordAt(position: Position): Promise<LogRecord | undefined> {
    this.#assertOpen()
    const found = await this.#asked(() => this.#opened.questions.recordAt(position))
    if (found === 'after-end') return undefined
    if (found === 'hole') throw new LogError('damaged', 'no', `The log has no record ${position}.`)
    const record = this.#codec.decode(found)
    if (record) return record
    throw new LogError('damaged', 'no', `Record ${position} of the log cannot be read.`)
  }

  follow(after: Position, follower: LogFollower): () => void {
    this.#assertOpen()
    if (after > this.#head) {
      this.#head = after
      this.#isDoubted = true
    }
    const following = new Following(
      {
        after,
        follower,
        tail: this.#tail,
        questions: this.#opened.questions,
        codec: this.#codec,
        clock: this.#clock,
        head: () => this.#head,
        onDamage: (why) => this.#damaged(why),
        onHandedOver: (position) => {
          this.#head = Math.max(this.#head, position)
        },
        onLag: () => this.#opened.tailLine.leave('its replica lags'),
      },
      this.#judge(),
    )
    this.#followings.add(following)
    const damage = this.#damage
    const telling = damage !== undefined && setImmediate(() => following.damaged(damage))
    return () => {
      if (telling) clearImmediate(telling)
      following.stop()
      this.#followings.delete(following)
    }
  }

  view(): NatsView {
    return viewOf(this.#info, {
      ...this.#reach,
      identity: this.identity,
      connectedTo: this.#opened.appendLine.server?.server_name,
      appendsInFlight: this.#appender.waiting,
      ageMs: this.#clock.ms - this.#appendProbe.heardAtMs,
    })
  }

  /** To the other backends, not to this one; may get lost. */
  tellPeers(message: PeerMessage): void {
    this.#peers.tell(message)
  }

  /** Returns the function that stops hearing. */
  onPeers(hear: (message: PeerMessage) => void): () => void {
    return this.#peers.listen(hear)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#stopTicker()
    for (const following of this.#followings) following.stop()
    this.#followings.clear()
    this.#appender.end('closed', 'This handle of the log was closed.')
    await this.#opened.close()
  }

  #probe(line: NatsLine, isMajorityAsked: boolean): LeaderProbe {
    return new LeaderProbe({
      line,
      stream: this.#settings.stream,
      clock: this.#clock,
      isMajorityAsked,
      head: () => this.#head,
      onInfo: (info, headAtAsking) => this.#learned(info, headAtAsking),
      onMissing: () => this.#certain(this.#watch.missing(this.#clock.ms)),
    })
  }

  #tick(): void {
    this.#clock.tick(performance.now())
    this.#appendProbe.tick()
    this.#tailProbe.tick()
    this.#tail.tick()
    this.#appender.tick()
    this.#tellReach()
    for (const following of this.#followings) following.tick()
  }

  #lineOpened(line: NatsLine): void {
    this.#complaint = ''
    // Its servers may have been away, and have come back with another log.
    this.#linesOpened += 1
    this.#comparedWith = ''
    this.#hold()
    if (line === this.#opened.appendLine) {
      this.#appendProbe.opened()
      this.#appender.opened()
    } else this.#tailProbe.opened()
  }

  #lineClosed(line: NatsLine): void {
    if (line === this.#opened.tailLine) this.#tail.closed()
    this.#tellReach()
  }

  #complained(text: string): void {
    // It is only more to go by.
    if (text.includes(jetstreamSubjects.servers)) return this.#appendProbe.mayNotAskServers()
    if (text === this.#complaint) return
    this.#complaint = text
    this.#opened.onNotice({ level: 'error', text: `A NATS server complains: ${text}.` })
  }

  #acked(position: Position): void {
    this.#head = Math.max(this.#head, position)
    this.#appendProbe.acked()
    if (!this.#reach.canAppend) this.#tellReach()
  }

  #learned(info: StreamInfo, headAtAsking: Position): void {
    this.#info = info
    this.#certain(this.#watch.look(this.#clock.ms, info, headAtAsking))
    if (this.#watch.suspicion === '') {
      this.#isDoubted = false
      this.#head = Math.max(this.#head, info.state.last_seq)
      void this.#compare(leadershipOf(info))
    }
    this.#tellReach()
  }

  /** A new leader, and one that was reached anew, must have what was handed over. */
  async #compare(leadership: string): Promise<void> {
    if (leadership === this.#comparedWith || this.#isComparing) return
    this.#hold()
    this.#isComparing = true
    const linesOpened = this.#linesOpened
    const all = [...this.#followings].map((following) => following.compareWithLeader())
    const isDone = (await Promise.all(all)).every((said) => said)
    this.#isComparing = false
    // A connection that opened meanwhile may lead to another log than the one that was asked.
    if (!isDone || linesOpened !== this.#linesOpened) return
    this.#comparedWith = leadership
    for (const following of this.#followings) following.release()
  }

  #hold(): void {
    for (const following of this.#followings) following.hold()
  }

  #certain(damage: string | undefined): void {
    if (damage !== undefined) this.#damaged(damage)
  }

  #damaged(why: string): void {
    if (this.#damage !== undefined || this.#closing) return
    this.#damage = why
    this.#reach = { canAppend: false, why }
    this.#opened.onNotice({ level: 'error', text: `The log is damaged. ${why}` })
    this.#appender.end('damaged', why)
    for (const following of this.#followings) following.damaged(why)
    this.#followings.clear()
  }

  #tellReach(): void {
    const { canAppend, why } = this.#judge()
    if (canAppend === this.#reach.canAppend && why === this.#reach.why) return
    this.#reach = { canAppend, why }
    for (const following of [...this.#followings]) following.reached(this.#reach)
  }

  #judge(): Reach {
    const why = this.#whyNot()
    return { canAppend: why === undefined, why: why ?? '' }
  }

  #whyNot(): string | undefined {
    if (this.#damage !== undefined) return this.#damage
    if (this.#watch.suspicion !== '') return this.#watch.suspicion
    const { last_seq: last } = this.#info.state
    if (this.#isDoubted) return `The log ends at position ${last}, ${this.#head} was there.`
    const cutOff = this.#appendProbe.judge() ?? this.#tailProbe.judge()
    if (cutOff !== undefined) return cutOff
    if (this.#appender.unackedMs <= natsTuning.unackedMsMax) return undefined
    const told = this.#complaint === '' ? '' : ` A server complains: ${this.#complaint}.`
    return `What is appended is not acknowledged.${told}`
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof LogError || !isOutOfReach(error)) throw error
      throw new LogError('unavailable', 'no', `${(error as Error).message}.`)
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new LogError('closed', 'no', 'This handle of the log is closed.')
  }
}
