/** The backend node with marks of the sends that are followed: telemetry/stage-marks.ts. */
import type {
  BackendOptions,
  BackendOutput,
  LinkId,
  LoggedRecord,
} from '@starling/core/backend/backend-io'
import { BackendNode } from '@starling/core/backend/backend-node'
import type { LinkDown } from '@starling/core/link/down'
import type { LinkUp } from '@starling/core/link/up'
import type { LogRecord } from '@starling/core/log/record'
import type { Now } from '@starling/core/now'
import { operationsOf } from '@starling/core/room/apply'
import type { Stage, StageMarks } from '../telemetry/stage-marks.ts'

/** Sends that are followed and not answered yet. */
const followedMax = 10_000

export class StagedBackendNode extends BackendNode {
  readonly #marks: StageMarks
  /** Link and request → send. */
  readonly #asked = new Map<string, string>()
  /** Record → its sends, until it is acknowledged. */
  readonly #appended = new Map<string, readonly string[]>()
  /** Sends asked of this backend that are not applied yet. */
  readonly #own = new Set<string>()

  constructor(options: BackendOptions, marks: StageMarks) {
    super(options)
    this.#marks = marks
  }

  override linkFrame(now: Now, link: LinkId, frame: LinkUp): void {
    if (frame.t === 'request' && frame.body.kind === 'send') {
      const key = this.#marks.keyOf(frame.body.outbox, frame.body.number)
      if (key !== undefined) {
        if (this.#asked.size >= followedMax) this.#asked.clear()
        if (this.#own.size >= followedMax) this.#own.clear()
        this.#asked.set(`${link} ${frame.request}`, key)
        this.#own.add(key)
        this.#marks.mark('arrived', key)
      }
    }
    super.linkFrame(now, link, frame)
  }

  override records(now: Now, records: readonly LoggedRecord[]): void {
    super.records(now, records)
    for (const { record } of records) {
      for (const key of this.#keysOf(record)) if (this.#own.delete(key)) this.#mark('applied', key)
    }
  }

  override appended(now: Now, recordId: string): void {
    for (const key of this.#appended.get(recordId) ?? []) this.#mark('acknowledged', key)
    this.#appended.delete(recordId)
    super.appended(now, recordId)
  }

  override drain(now: Now): readonly BackendOutput[] {
    const outputs = super.drain(now)
    for (const output of outputs) {
      if (output.kind === 'append') this.#recorded(output.record)
      else if (output.kind === 'send') this.#said(output.link, output.frame)
    }
    return outputs
  }

  #recorded(record: LogRecord): void {
    const keys = this.#keysOf(record)
    if (this.#appended.size >= followedMax) this.#appended.clear()
    if (keys.length > 0) this.#appended.set(record.id, keys)
    for (const key of keys) this.#mark('recorded', key)
  }

  #said(link: LinkId, frame: LinkDown): void {
    if (frame.t === 'reply') {
      const asked = `${link} ${frame.request}`
      const key = this.#asked.get(asked)
      if (key !== undefined) this.#mark('replied', key)
      this.#asked.delete(asked)
    } else if (frame.t === 'entries') {
      for (const { json } of frame.entries) {
        const { outbox, number } = JSON.parse(json) as { outbox?: string; number?: number }
        const key = this.#marks.keyOf(outbox, number)
        if (key !== undefined) this.#mark('fed', key)
      }
    }
  }

  #keysOf(record: LogRecord): readonly string[] {
    return operationsOf(record).flatMap((op) => {
      const key = op.kind === 'room' ? this.#marks.keyOf(op.outbox, op.number) : undefined
      return key === undefined ? [] : [key]
    })
  }

  #mark(stage: Stage, key: string): void {
    this.#marks.mark(stage, key)
  }
}
