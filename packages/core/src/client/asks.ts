/**
 * Questions and their answers. A question keeps its number until it is answered: on a new
 * connection it is asked again (reads and the settings of read markers may be repeated at will),
 * `later` asks again after a pause. What is refused until this device has its keys (`seal`) is for
 * who asked to see to. Only a change of password is not repeated, since the old one
 * may be wrong by then. Who asks is either the shell, answered by an output, or the node itself, by
 * a function. Only some of what is on the wire may be changes: while the log is out of reach they
 * wait, and reads go on.
 */
import { type ErrorCode, type Retry, retryOf, sentenceOf } from '@starling/protocol/error-codes'
import { type UpFrame, upFrame } from '@starling/protocol/up'
import type { Now } from '../now.ts'
import { isOverBytes } from '../text-size.ts'
import type { AskResult, ClientTuning, Question } from './client-io.ts'

const askBytesMax = 65_536

export type Answered = (now: Now, result: AskResult) => void

interface Waiting {
  readonly ask: number
  readonly question: Question
  readonly answered: Answered
  readonly askedAtMs: number
  isOnWire: boolean
  notBeforeMs: number
}

export class Asks {
  readonly #tuning: ClientTuning
  readonly #waiting = new Map<number, Waiting>()
  #asks = 0
  #onWire = 0
  #changesOnWire = 0

  constructor(tuning: ClientTuning) {
    this.#tuning = tuning
  }

  get isAnswerAwaited(): boolean {
    return this.#onWire > 0
  }

  ask(now: Now, question: Question, answered: Answered): number {
    this.#asks += 1
    const ask = this.#asks
    const frame = { ...question, ask }
    if (!upFrame.safeParse(frame).success || isOverBytes(JSON.stringify(frame), askBytesMax)) {
      answered(now, refusal('invalid'))
    } else if (this.#waiting.size >= this.#tuning.asksMax) {
      answered(now, refusal('too-many-in-flight'))
    } else {
      const waiting = { ask, question, answered, askedAtMs: now.ms }
      this.#waiting.set(ask, { ...waiting, isOnWire: false, notBeforeMs: 0 })
    }
    return ask
  }

  /** A number for what is answered without being asked. */
  reserve(): number {
    this.#asks += 1
    return this.#asks
  }

  answered(now: Now, ask: number, result: AskResult): void {
    const waiting = this.#waiting.get(ask)
    if (waiting === undefined) return
    this.#offWire(waiting)
    this.#waiting.delete(ask)
    waiting.answered(now, result)
  }

  refused(
    now: Now,
    ask: number,
    error: Extract<AskResult, { ok: false }> & { retryMs?: number },
  ): void {
    const waiting = this.#waiting.get(ask)
    if (waiting === undefined) return
    if (isForWhoAsked(error.retry)) {
      const { code, retry, say } = error
      this.answered(now, ask, { ok: false, code, retry, say })
    } else {
      this.#offWire(waiting)
      waiting.notBeforeMs = now.ms + (error.retryMs ?? this.#tuning.retryMs)
    }
  }

  /** What is to be asked now, oldest first. */
  due(now: Now): readonly UpFrame[] {
    const { asksInFlightMax, changesInFlightMax } = this.#tuning
    const frames: UpFrame[] = []
    for (const waiting of this.#waiting.values()) {
      if (this.#onWire >= asksInFlightMax) break
      if (waiting.isOnWire || now.ms < waiting.notBeforeMs) continue
      const changes = isChange(waiting.question) ? 1 : 0
      if (changes > 0 && this.#changesOnWire >= changesInFlightMax) continue
      waiting.isOnWire = true
      this.#onWire += 1
      this.#changesOnWire += changes
      frames.push({ ...waiting.question, ask: waiting.ask } as UpFrame)
    }
    return frames
  }

  reconnected(now: Now): void {
    for (const waiting of [...this.#waiting.values()]) {
      const wasOnWire = waiting.isOnWire
      this.#offWire(waiting)
      waiting.notBeforeMs = 0
      if (wasOnWire && waiting.question.t === 'password') {
        const say = 'The answer was lost with the connection; see which of the passwords is right.'
        this.answered(now, waiting.ask, { ...refusal('unavailable'), say })
      }
    }
  }

  tick(now: Now): void {
    for (const { ask, askedAtMs } of [...this.#waiting.values()]) {
      if (now.ms - askedAtMs < this.#tuning.askMsMax) continue
      this.answered(now, ask, refusal('unavailable'))
    }
  }

  #offWire(waiting: Waiting): void {
    if (!waiting.isOnWire) return
    this.#onWire -= 1
    if (isChange(waiting.question)) this.#changesOnWire -= 1
    waiting.isOnWire = false
  }
}

function isForWhoAsked(retry: Retry): boolean {
  return retry === 'never' || retry === 'login' || retry === 'seal'
}

const changes = ['read', 'revoke', 'password', 'publish', 'claim', 'archive', 'mail'] as const

function isChange({ t }: Question): boolean {
  return changes.some((change) => change === t)
}

/** As the servers would say it. */
export function refusal(code: ErrorCode): Extract<AskResult, { ok: false }> {
  return { ok: false, code, retry: retryOf(code), say: sentenceOf(code) }
}
