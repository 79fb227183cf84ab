/** Socket.IO 4 over Engine.IO 4, by WebSocket alone: the first character is the kind of packet. */
import type { Carried, Dialect, Message, Seat, Talk } from './dialect.ts'
import { carriedIn } from './dialect.ts'

const eventHead = '42'

export class SocketIoDialect implements Dialect {
  async greet(talk: Talk): Promise<void> {
    await talk.hear((text) => text.startsWith('0{'))
    talk.say('40')
    await talk.hear((text) => text.startsWith('40'))
  }

  async enter(talk: Talk, { room }: Seat): Promise<void> {
    talk.say(`${eventHead}1${JSON.stringify(['join', room])}`)
    await talk.hear((text) => text.startsWith('431'))
  }

  post({ room, text }: Message): string {
    return eventHead + JSON.stringify(['post', room, text])
  }

  carried(payload: Buffer): readonly Carried[] {
    const packet = payload.toString()
    if (!packet.startsWith(eventHead)) return []
    const [, room, text] = JSON.parse(packet.slice(eventHead.length)) as [string, string, string]
    return carriedIn(room, [text])
  }
}
