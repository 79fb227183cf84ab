/**
 * Asks the stream's leader over one connection, several times a second, how it is, and remembers
 * when it was heard; `judge` says whether that is good enough. A leader that was cut off from its
 * replicas goes on answering, so it must also be known that a majority of them is there: from
 * their heartbeats, of which the leader tells, and, since those come only every second, from the
 * answers that all servers give to a question of their own.
 *
 * All times are of the awake clock: silence is counted while this process could have heard.
 */
import { createInbox, type Msg } from '@nats-io/transport-node'
import type { Position } from '@starling/core/log/record'
import type { AwakeClock } from './awake-clock.ts'
import {
  jetstreamErrors,
  jetstreamSubjects,
  readServerAnswer,
  readStreamInfo,
  type StreamInfo,
  tellError,
} from './jetstream-api.ts'
import { quorumSilenceMs, silenceMsOf } from './leader-questions.ts'
import type { NatsLine } from './nats-line.ts'
import { natsTuning } from './nats-tuning.ts'

export interface LeaderProbeOptions {
  readonly line: NatsLine
  readonly stream: string
  readonly clock: AwakeClock
  /** `headAtAsking`: the log cannot end before that. */
  readonly onInfo: (info: StreamInfo, headAtAsking: Position) => void
  /** The stream does not exist, as a leader of the servers says. */
  readonly onMissing: () => void
  readonly head: () => Position
  /** Whether the majority is looked after. */
  readonly isMajorityAsked: boolean
}

export class LeaderProbe {
  readonly #options: LeaderProbeOptions
  readonly #inbox = createInbox()
  #askedAtMs = Number.NEGATIVE_INFINITY
  /** When the leader was heard; reaching it otherwise counts too. */
  #heardAtMs = 0
  /** Since when there is this connection. */
  #openedAtMs = 0
  #trouble = ''
  #quorumSilenceMs = 0
  #replicas: readonly string[] = []
  readonly #serversHeardAtMs = new Map<string, number>()
  #mayAskServers = true

  constructor(options: LeaderProbeOptions) {
    this.#options = options
    options.line.listen(`${this.#inbox}.leader.*`, (message) => this.#hearLeader(message))
    if (options.isMajorityAsked) {
      options.line.listen(`${this.#inbox}.servers`, (message) => this.#hearServer(message))
    }
  }

  get heardAtMs(): number {
    return this.#heardAtMs
  }

  /** The login lacks that permission: heartbeats must do. */
  mayNotAskServers(): void {
    this.#mayAskServers = false
  }

  /** There is a new connection. */
  opened(): void {
    this.#mayAskServers = this.#options.isMajorityAsked
    this.#openedAtMs = this.#options.clock.ms
    this.#askedAtMs = Number.NEGATIVE_INFINITY
    this.#ask()
  }

  /** An acknowledgement: the leader lives, and a majority with it. */
  acked(): void {
    this.#heardAtMs = this.#options.clock.ms
    this.#quorumSilenceMs = 0
    for (const name of this.#replicas) this.#serversHeardAtMs.set(name, this.#options.clock.ms)
  }

  tick(): void {
    const { line, clock } = this.#options
    line.tick(clock.ms)
    if (clock.ms - this.#askedAtMs >= natsTuning.probeMs - natsTuning.tickMs / 2) this.#ask()
    const silentMs = clock.ms - Math.max(this.#heardAtMs, this.#openedAtMs)
    if (line.hasOtherServers && silentMs > natsTuning.leaderSilenceMsMax) {
      line.leave(`the leader is not reached through server ${line.server?.server_name}`)
    }
  }

  /** Why the log is out of reach; undefined when it is not. */
  judge(): string | undefined {
    const { line, stream, clock } = this.#options
    const via = `(connected to server ${line.server?.server_name})`
    if (clock.ms - this.#heardAtMs > natsTuning.silenceMsMax) {
      if (!line.connection) return `No NATS server is reached: ${line.trouble}.`
      const why = this.#trouble === '' ? 'it does not answer' : this.#trouble
      return `The leader of the stream ${stream} is not reached: ${why} ${via}.`
    }
    if (!this.#options.isMajorityAsked || this.#hasMajority()) return undefined
    return `The leader of the stream ${stream} hears no majority of its replicas ${via}.`
  }

  #hasMajority(): boolean {
    if (this.#quorumSilenceMs > natsTuning.quorumSilenceMsMax) return false
    const ages = this.#replicas.map(
      (name) =>
        this.#options.clock.ms - (this.#serversHeardAtMs.get(name) ?? Number.NEGATIVE_INFINITY),
    )
    ages.sort((a, b) => a - b)
    const others = Math.ceil(ages.length / 2)
    return others === 0 || (ages[others - 1] ?? 0) <= this.#silenceMsMax
  }

  /** Where servers may be asked, our own answers too. */
  get #silenceMsMax(): number {
    const own = this.#options.line.server?.server_name ?? ''
    const ownAgeMs = this.#options.clock.ms - (this.#serversHeardAtMs.get(`asked ${own}`) ?? -1e9)
    const isAsked = ownAgeMs <= natsTuning.heartbeatSilenceMsMax
    return isAsked ? natsTuning.silenceMsMax : natsTuning.heartbeatSilenceMsMax
  }

  #ask(): void {
    const { line, stream, head } = this.#options
    const reply = `${this.#inbox}.leader.${head()}`
    if (!line.publish(jetstreamSubjects.info(stream), '', { reply })) return
    this.#askedAtMs = this.#options.clock.ms
    if (!this.#mayAskServers || this.#replicas.length === 0) return
    const all = JSON.stringify({ include_unused: true })
    line.publish(jetstreamSubjects.servers, all, { reply: `${this.#inbox}.servers` })
  }

  #hearLeader(message: Msg): void {
    if (message.headers?.code === 503) {
      this.#trouble = 'nobody leads it'
      return
    }
    const answer = readStreamInfo(message.string())
    if (!answer.ok) {
      const { err_code } = answer.error
      this.#trouble = tellError(answer.error)
      if (err_code === jetstreamErrors.streamNotFound) this.#options.onMissing()
      return
    }
    this.#trouble = ''
    this.#heardAtMs = this.#options.clock.ms
    const info = answer.value
    this.#quorumSilenceMs = quorumSilenceMs(info)
    const replicas = info.cluster?.replicas ?? []
    this.#replicas = replicas.map(({ name }) => name)
    for (const replica of replicas) {
      this.#serverHeard(replica.name, this.#options.clock.ms - silenceMsOf(replica))
    }
    this.#options.onInfo(info, Number(message.subject.split('.').at(-1)))
  }

  #hearServer(message: Msg): void {
    if (message.headers?.code === 503) return
    const answer = readServerAnswer(message.string())
    if (!answer.ok) return
    const { name } = answer.value.server
    this.#serverHeard(name, this.#options.clock.ms)
    this.#serverHeard(`asked ${name}`, this.#options.clock.ms)
  }

  #serverHeard(name: string, atMs: number): void {
    this.#serversHeardAtMs.set(name, Math.max(atMs, this.#serversHeardAtMs.get(name) ?? atMs))
  }
}
