import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OutboxItem, Result, Sending, Sent } from '@starling/client/api'
import { sendLines } from './send-lines.ts'

/** Answers what it is told to, when it is told to. */
class FakeOutbox {
  readonly texts: string[] = []
  readonly #answers: ((text: string) => Promise<Result<Sent>>)[]

  constructor(...answers: ((text: string) => Promise<Result<Sent>>)[]) {
    this.#answers = answers
  }

  post(_: string, text: string): Sending {
    this.texts.push(text)
    const answer = this.#answers[Math.min(this.texts.length, this.#answers.length) - 1]!
    return { item: {} as Partial<OutboxItem> as OutboxItem, settled: answer(text) }
  }
}

const acked = async (): Promise<Result<Sent>> => ({ ok: true, value: { index: 1, at: 1 } })
const refused = async (): Promise<Result<Sent>> => ({
  ok: false,
  code: 'muted',
  say: 'You are muted in this room.',
})
const never = (): Promise<Result<Sent>> => new Promise(() => {})

function options(notes: string[] = []) {
  return { room: 'r1', waitMsMax: 5, aheadMax: 2, note: (text: string) => void notes.push(text) }
}

it('every line is a message, in order, and empty ones are none', async () => {
  const outbox = new FakeOutbox(acked)
  const report = await sendLines(outbox, ['one', '', '  ', 'two', 'three'], options())
  assert.deepEqual(outbox.texts, ['one', 'two', 'three'])
  assert.deepEqual(report, { acked: 3, refused: 0, open: 0 })
})

it('[P8] a refusal is told with its code, its sentence and the message', async () => {
  const notes: string[] = []
  const outbox = new FakeOutbox(acked, refused)
  const report = await sendLines(outbox, ['one', 'two'], options(notes))
  assert.deepEqual(report, { acked: 1, refused: 1, open: 0 })
  assert.deepEqual(notes, ['not sent (muted): You are muted in this room. "two"'])
})

it('[P7] what is not acknowledged in time is counted, and no more is read', async () => {
  const outbox = new FakeOutbox(never)
  const report = await sendLines(outbox, ['1', '2', '3', '4', '5'], options())
  assert.deepEqual(report, { acked: 0, refused: 0, open: 2 })
  assert.deepEqual(outbox.texts, ['1', '2'])
})
