/** Every refusal that a client hears is said here, and counted by its code. */
import { type ErrorCode, retryOf, sentenceOf } from '@starling/protocol/error-codes'
import { Counts } from './counts.ts'
import type { Outputs } from './outputs.ts'
import type { SendFrame } from './read-frame.ts'
import type { Session } from './session.ts'

/** Advice where nothing better is known. */
const retryLaterMs = 1_000

export class Refusals {
  readonly counts = new Counts()
  readonly #outputs: Outputs

  constructor(outputs: Outputs) {
    this.#outputs = outputs
  }

  error(session: Session, code: ErrorCode, about: { ask?: number; retryMs?: number } = {}): void {
    this.counts.add(code)
    const { ask, retryMs } = about
    this.#outputs.frame(session.id, {
      t: 'error',
      ...(ask === undefined ? {} : { ask }),
      ...advice(code, retryMs),
    })
  }

  /** The number is not consumed where the advice is `later` or `reorder`. */
  send(
    session: Session,
    send: Pick<SendFrame, 'room' | 'outbox' | 'number'>,
    why: { code: ErrorCode; retryMs?: number },
  ): void {
    this.counts.add(why.code)
    const { room, outbox, number } = send
    const head = { t: 'refused', room, outbox, number } as const
    this.#outputs.frame(session.id, { ...head, ...advice(why.code, why.retryMs) })
  }
}

function advice(code: ErrorCode, retryMs: number | undefined) {
  const retry = retryOf(code)
  const said = { code, retry, say: sentenceOf(code) }
  return retry === 'later' ? { ...said, retryMs: retryMs ?? retryLaterMs } : said
}
