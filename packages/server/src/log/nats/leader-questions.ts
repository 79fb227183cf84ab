/**
 * Questions that only the stream's leader answers, asked again until it does. What a leader says is
 * taken only when it heard a majority of its replicas lately: one that was cut off goes on
 * answering for seconds, while the others may have elected another and gone on. They need 4 s for
 * that, so an answer is good when the silence is shorter (`quorumSilenceMsMax`).
 */
import { LogError } from '@starling/core/log/log'
import type { Position } from '@starling/core/log/record'
import {
  type Answer,
  type JetstreamError,
  jetstreamErrors,
  jetstreamSubjects,
  type Replica,
  readStoredMessage,
  readStreamInfo,
  type StreamInfo,
  tellError,
} from './jetstream-api.ts'
import type { NatsLine } from './nats-line.ts'
import { natsTuning } from './nats-tuning.ts'

const nanosecondsPerMs = 1_000_000

/** What will not change by asking again. */
export class JetstreamRefusal extends Error {
  readonly error: JetstreamError
  constructor(what: string, error: JetstreamError) {
    super(`${what}: ${tellError(error)}`)
    this.name = 'JetstreamRefusal'
    this.error = error
  }
}

/** Nobody answered, or not with what was asked for: to be asked again some time. */
export function isOutOfReach(error: unknown): boolean {
  return error instanceof LogError || error instanceof JetstreamRefusal
}

/** How long ago the leader heard of it; of one that it never heard it says 0, and not current. */
export function silenceMsOf({ active, current, offline }: Replica): number {
  const isUnheard = offline || (active === 0 && !current)
  return isUnheard ? Number.POSITIVE_INFINITY : active / nanosecondsPerMs
}

/** How long ago the leader heard a majority of its replicas, itself included. */
export function quorumSilenceMs({ cluster }: StreamInfo): number {
  const silences = (cluster?.replicas ?? []).map(silenceMsOf).sort((a, b) => a - b)
  // With itself, these many of the others make a majority.
  const others = Math.ceil(silences.length / 2)
  return others === 0 ? 0 : (silences[others - 1] ?? 0)
}

/** Changes whenever somebody else leads, or the same one again. */
export function leadershipOf({ cluster }: StreamInfo): string {
  return `${cluster?.leader ?? ''} ${cluster?.leader_since ?? ''}`
}

export class LeaderQuestions {
  readonly #line: NatsLine
  readonly #stream: string
  #ending: Error | undefined

  constructor(line: NatsLine, stream: string) {
    this.#line = line
    this.#stream = stream
  }

  close(): void {
    this.fail(new LogError('closed', 'no', 'This handle of the log is closed.'))
  }

  /** Nobody need wait for an answer any more. */
  fail(why: Error): void {
    this.#ending ??= why
  }

  /** Rejects with a `JetstreamRefusal`, or with a `LogError` when nobody answered. */
  async info(msMax: number = natsTuning.askMsMax): Promise<StreamInfo> {
    const subject = jetstreamSubjects.info(this.#stream)
    return this.#ask({ what: 'asking for the stream', subject, payload: '', msMax }, (text) => {
      const answer = readStreamInfo(text)
      if (!answer.ok || quorumSilenceMs(answer.value) <= natsTuning.quorumSilenceMsMax)
        return answer
      return again('its leader hears no majority of its replicas')
    })
  }

  async create(config: object): Promise<StreamInfo> {
    const subject = jetstreamSubjects.create(this.#stream)
    const payload = JSON.stringify(config)
    const what = 'making the stream'
    return this.#ask({ what, subject, payload, msMax: natsTuning.openMsMax }, readStreamInfo)
  }

  /** Undefined when there is none. */
  async bodyAt(position: Position): Promise<Uint8Array | undefined> {
    const subject = jetstreamSubjects.get(this.#stream)
    const payload = JSON.stringify({ seq: position })
    const what = `reading record ${position}`
    try {
      const found = await this.#ask(
        { what, subject, payload, msMax: natsTuning.askMsMax },
        readStoredMessage,
      )
      return Buffer.from(found.message.data, 'base64')
    } catch (error) {
      if (!(error instanceof JetstreamRefusal)) throw error
      if (error.error.err_code !== jetstreamErrors.noMessageFound) throw error
      return undefined
    }
  }

  /**
   * A record, or that there is none. Only a leader that says, before and after, that it has later
   * records is believed that one is missing.
   */
  async recordAt(position: Position): Promise<Uint8Array | 'after-end' | 'hole'> {
    for (;;) {
      const before = await this.info()
      if (before.state.last_seq < position) return 'after-end'
      const body = await this.bodyAt(position)
      if (body !== undefined) return body
      const after = await this.info()
      if (leadershipOf(before) === leadershipOf(after)) return 'hole'
    }
  }

  async #ask<T>(question: Question, read: (text: string) => Answer<T>): Promise<T> {
    const { what, msMax } = question
    const startedMs = performance.now()
    for (;;) {
      const answer = await this.#askOnce(question, read)
      if (answer.ok) return answer.value
      if (this.#ending) throw this.#ending
      if (!isToBeAskedAgain(answer.error)) throw new JetstreamRefusal(what, answer.error)
      if (performance.now() - startedMs > msMax) {
        const found = tellError(answer.error)
        const text = `The stream ${this.#stream} is out of reach: ${what}, ${found}.`
        throw new LogError('unavailable', 'no', text)
      }
      await new Promise((resolve) => setTimeout(resolve, natsTuning.askAgainMs))
    }
  }

  async #askOnce<T>(
    { subject, payload }: Question,
    read: (text: string) => Answer<T>,
  ): Promise<Answer<T>> {
    const { connection, trouble } = this.#line
    if (!connection) return again(trouble)
    try {
      const timeout = natsTuning.askOnceMsMax
      return read((await connection.request(subject, payload, { timeout })).string())
    } catch (error) {
      // No responders, no answer in time, the connection ended, or a permission that is missing.
      return again((error as Error).message)
    }
  }
}

interface Question {
  readonly what: string
  readonly subject: string
  readonly payload: string
  readonly msMax: number
}

function again(description: string): Answer<never> {
  return { ok: false, error: { code: 503, err_code: 0, description } }
}

/** 5xx is the state of the servers, which passes; the rest is what was asked. */
function isToBeAskedAgain({ code, err_code }: JetstreamError): boolean {
  return code >= 500 && !finalErrors.has(err_code)
}

const finalErrors: ReadonlySet<number> = new Set([
  jetstreamErrors.notEnabled,
  jetstreamErrors.notEnabledForAccount,
  jetstreamErrors.notClustered,
])
