/**
 * What the loop of ws and the ceilings speak. For a ceiling a message is padded, so that a delivery
 * has as many bytes as one of Starling, whose entries carry a time, an author and an index.
 */
import type { Carried, Dialect, Message, Seat, Talk } from './dialect.ts'
import { carriedIn } from './dialect.ts'

/** Of a frame: as many as Starling needs for a text of 200 bytes, many entries in one frame. */
const paddedBytes = 350
const frameHeadBytes = 4

export class LoopDialect implements Dialect {
  readonly #isPadded: boolean

  constructor({ isPadded }: { readonly isPadded: boolean }) {
    this.#isPadded = isPadded
  }

  async greet(): Promise<void> {
    // There is nothing to say before joining.
  }

  async enter(talk: Talk, { room }: Seat): Promise<void> {
    talk.say(JSON.stringify({ join: room }))
    await talk.hear((text) => text.startsWith('{"joined"'))
  }

  post({ room, text }: Message): string {
    if (!this.#isPadded) return JSON.stringify({ room, text })
    const bare = JSON.stringify({ room, text, pad: '' }).length + frameHeadBytes
    return JSON.stringify({ room, text, pad: '.'.repeat(Math.max(paddedBytes - bare, 0)) })
  }

  carried(payload: Buffer): readonly Carried[] {
    const { room, text } = JSON.parse(payload.toString()) as { room: string; text: string }
    return carriedIn(room, [text])
  }
}
