/**
 * Whether the log is still the one that it was. A stream made again has another incarnation. A log
 * that went back, because its servers lost what they had acknowledged, ends before what was seen
 * of it; one that lost records in between counts fewer than its numbers say. For a moment a sound
 * log may look like the latter two, so it must do so for `damageMsMin` of awake time, said by a
 * leader that hears a majority.
 */
import type { Position } from '@starling/core/log/record'
import type { StreamInfo } from './jetstream-api.ts'
import { quorumSilenceMs } from './leader-questions.ts'
import { natsTuning } from './nats-tuning.ts'

export class DamageWatch {
  readonly #stream: string
  readonly #incarnation: string
  #suspicion = ''
  #sinceMs = 0

  constructor(stream: string, incarnation: string) {
    this.#stream = stream
    this.#incarnation = incarnation
  }

  /** What looks wrong and is not certain yet; '' when nothing does. */
  get suspicion(): string {
    return this.#suspicion
  }

  /** Returns what is certain. */
  look(awakeMs: number, info: StreamInfo, headAtAsking: Position): string | undefined {
    if (quorumSilenceMs(info) > natsTuning.quorumSilenceMsMax) return undefined
    if (info.config.metadata.incarnation !== this.#incarnation) {
      return `The stream ${this.#stream} was deleted and made again.`
    }
    return this.#weigh(awakeMs, this.#suspect(info, headAtAsking))
  }

  missing(awakeMs: number): string | undefined {
    return this.#weigh(awakeMs, `The stream ${this.#stream} does not exist any more.`)
  }

  #suspect({ state }: StreamInfo, headAtAsking: Position): string {
    const { messages, first_seq: first, last_seq: last } = state
    if (last < headAtAsking) {
      return `The log ends at position ${last}, but ${headAtAsking} was there: it went back.`
    }
    if (messages === last && (first <= 1 || last === 0)) return ''
    return `The log lacks records: it holds ${messages} of ${last}, beginning with ${first}.`
  }

  #weigh(awakeMs: number, suspicion: string): string | undefined {
    if (suspicion === '' || this.#suspicion === '') this.#sinceMs = awakeMs
    this.#suspicion = suspicion
    const isCertain = suspicion !== '' && awakeMs - this.#sinceMs >= natsTuning.damageMsMin
    return isCertain ? suspicion : undefined
  }
}
