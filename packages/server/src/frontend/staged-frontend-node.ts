/** The front-end node with marks of the sends that are followed: telemetry/stage-marks.ts. */
import type {
  FrontendOptions,
  FrontendOutput,
  SessionId,
} from '@starling/core/frontend/frontend-io'
import { FrontendNode } from '@starling/core/frontend/frontend-node'
import type { FedEntry, LinkDown } from '@starling/core/link/down'
import type { Now } from '@starling/core/now'
import { monotonicMs, type StageMarks } from '../telemetry/stage-marks.ts'

const ackHead = '{"t":"ack"'
/** Sends asked for and not answered yet that are followed. */
const followedMax = 10_000
const sendHead = '"t":"send"'

export class StagedFrontendNode extends FrontendNode {
  readonly #marks: StageMarks
  /** Request → send. */
  readonly #asked = new Map<number, string>()
  /** What is on its way to the sockets. */
  #acks: string[] = []
  #entries: string[] = []

  constructor(options: FrontendOptions, marks: StageMarks) {
    super(options)
    this.#marks = marks
  }

  override clientText(now: Now, session: SessionId, text: string): void {
    if (text.includes(sendHead)) this.#markText('heard', text)
    super.clientText(now, session, text)
  }

  override linkFrame(now: Now, backend: string, frame: LinkDown): void {
    if (frame.t === 'reply') this.#replied(frame.request)
    else if (frame.t === 'entries') this.#fed(frame.entries)
    super.linkFrame(now, backend, frame)
  }

  override drain(now: Now): readonly FrontendOutput[] {
    const outputs = super.drain(now)
    for (const output of outputs) {
      if (output.kind === 'link' && output.frame.t === 'request') {
        const { request, body } = output.frame
        if (body.kind !== 'send') continue
        const key = this.#marks.keyOf(body.outbox, body.number)
        if (key === undefined) continue
        if (this.#asked.size >= followedMax) this.#asked.clear()
        this.#asked.set(request, key)
        this.#marks.mark('sent', key)
      } else if (output.kind === 'text' && output.text.startsWith(ackHead)) {
        const key = this.#keyIn(output.text)
        if (key !== undefined) this.#acks.push(key)
      }
    }
    return outputs
  }

  /** All that was put out stands in the sockets' buffers now. */
  flushed(): void {
    const ms = monotonicMs()
    for (const key of this.#acks) this.#marks.mark('ack-written', key, ms)
    for (const key of this.#entries) this.#marks.mark('entry-written', key, ms)
    this.#acks = []
    this.#entries = []
  }

  #replied(request: number): void {
    const key = this.#asked.get(request)
    if (key === undefined) return
    this.#asked.delete(request)
    this.#marks.mark('reply-heard', key)
  }

  #fed(entries: readonly FedEntry[]): void {
    for (const { json } of entries) {
      const key = this.#markText('entry-heard', json)
      if (key !== undefined) this.#entries.push(key)
    }
  }

  #markText(stage: 'heard' | 'entry-heard', text: string): string | undefined {
    const key = this.#keyIn(text)
    if (key !== undefined) this.#marks.mark(stage, key)
    return key
  }

  #keyIn(json: string): string | undefined {
    try {
      const { outbox, number } = JSON.parse(json) as { outbox?: string; number?: number }
      return this.#marks.keyOf(outbox, number)
    } catch (error) {
      // From a client anything may come.
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }
}
