/** What peers/ws-loop.mjs and peers/ceiling.mjs speak. */
import type { Carried, Dialect, Message, Seat, Talk } from './dialect.ts'
import { carriedIn } from './dialect.ts'

export class LoopDialect implements Dialect {
  async greet(): Promise<void> {
    // There is nothing to say before joining.
  }

  async enter(talk: Talk, { room }: Seat): Promise<void> {
    talk.say(JSON.stringify({ join: room }))
    await talk.hear((text) => text.startsWith('{"joined"'))
  }

  post({ room, text }: Message): string {
    return JSON.stringify({ room, text })
  }

  carried(payload: Buffer): readonly Carried[] {
    const { room, text } = JSON.parse(payload.toString()) as { room: string; text: string }
    return carriedIn(room, [text])
  }
}
