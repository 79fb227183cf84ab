/** Starling's protocol, as far as a load needs it. */
import { randomBytes } from 'node:crypto'
import type { DownFrame } from '@starling/protocol/down'
import type { Operation } from '@starling/protocol/operation'
import { protocolVersion } from '@starling/protocol/up'
import type { Carried, Dialect, Message, Seat, Talk } from './dialect.ts'
import { carriedIn } from './dialect.ts'

const entriesHead = Buffer.from('{"t":"entries"')

interface Outbox {
  readonly id: string
  number: number
  acknowledged: number
}

export class StarlingDialect implements Dialect {
  /** By room and poster, and by id. */
  readonly #outboxes = new Map<string, Outbox>()

  async greet(talk: Talk, name: string): Promise<void> {
    const token = randomBytes(32).toString('base64url')
    const auth = { kind: 'guest', name, token }
    talk.say(JSON.stringify({ t: 'hello', protocol: protocolVersion, auth }))
    await hearKind(talk, 'welcome')
  }

  async enter(talk: Talk, { room, isFirst, poster }: Seat): Promise<void> {
    const id = randomBytes(9).toString('base64url')
    const outbox = { id, number: 1, acknowledged: 1 }
    if (poster !== undefined) {
      this.#outboxes.set(`${room} ${poster}`, outbox)
      this.#outboxes.set(id, outbox)
    }
    const op: Operation = isFirst
      ? { kind: 'create', room: 'public', name: room }
      : { kind: 'join' }
    talk.say(JSON.stringify({ t: 'send', room, outbox: id, number: outbox.number, op }))
    await hearKind(talk, 'ack')
  }

  post({ room, poster, text }: Message): string {
    const outbox = this.#outboxes.get(`${room} ${poster}`)!
    outbox.number += 1
    const op: Operation = { kind: 'post', text }
    return JSON.stringify({ t: 'send', room, outbox: outbox.id, number: outbox.number, op })
  }

  underWay(room: string, poster: number): number {
    const { number, acknowledged } = this.#outboxes.get(`${room} ${poster}`)!
    return number - acknowledged
  }

  carried(payload: Buffer): readonly Carried[] {
    if (!payload.subarray(0, entriesHead.length).equals(entriesHead)) {
      const frame = JSON.parse(payload.toString()) as DownFrame
      if (frame.t === 'error' || frame.t === 'refused') throw new Error(frame.say)
      if (frame.t === 'ack') this.#outboxes.get(frame.outbox)!.acknowledged = frame.number
      return []
    }
    const frame = JSON.parse(payload.toString()) as Extract<DownFrame, { t: 'entries' }>
    const texts = frame.entries.flatMap((it) => (it.kind === 'post' ? [it.text] : []))
    return carriedIn(frame.room, texts)
  }
}

async function hearKind(talk: Talk, kind: DownFrame['t']): Promise<void> {
  const heard = await talk.hear((text) => /^\{"t":"(error|refused)"/.test(text) || is(text, kind))
  if (!is(heard, kind)) throw new Error(heard)
}

function is(text: string, kind: DownFrame['t']): boolean {
  return text.startsWith(`{"t":"${kind}"`)
}
