/** Multi-user chat (XEP-0045) over XMPP by WebSocket (RFC 7395): a text is one stanza. */
import type { Carried, Dialect, Message, Seat, Talk } from './dialect.ts'
import { carriedIn } from './dialect.ts'

export const xmppDomain = 'localhost'

const rooms = `conference.${xmppDomain}`
const framing = 'urn:ietf:params:xml:ns:xmpp-framing'
const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'
const bind = 'urn:ietf:params:xml:ns:xmpp-bind'
const muc = 'http://jabber.org/protocol/muc'
const open = `<open xmlns='${framing}' to='${xmppDomain}' version='1.0'/>`

export class XmppDialect implements Dialect {
  #entered = 0

  async greet(talk: Talk): Promise<void> {
    talk.say(open)
    await hear(talk, /^<stream:features/)
    talk.say(`<auth xmlns='${sasl}' mechanism='ANONYMOUS'/>`)
    await hear(talk, /^<success/)
    talk.say(open)
    await hear(talk, /^<stream:features/)
    talk.say(`<iq type='set' id='bind'><bind xmlns='${bind}'/></iq>`)
    await hear(talk, /^<iq [^>]*type=.result/)
  }

  /** The room's subject is the last that is said to who joins. */
  async enter(talk: Talk, { room }: Seat): Promise<void> {
    this.#entered += 1
    const seat = `${room}@${rooms}/seat-${this.#entered}`
    talk.say(`<presence to='${seat}'><x xmlns='${muc}'><history maxstanzas='0'/></x></presence>`)
    await hear(talk, /^<message .*<subject/s)
  }

  post({ room, text }: Message): string {
    return `<message to='${room}@${rooms}' type='groupchat'><body>${text}</body></message>`
  }

  carried(payload: Buffer): readonly Carried[] {
    const stanza = payload.toString('latin1')
    if (!stanza.startsWith('<message ')) {
      if (isTrouble(stanza)) throw new Error(stanza)
      return []
    }
    const room = /\bfrom=['"]([^@]+)@/.exec(stanza)?.[1]
    const text = /<body[^>]*>([^<]*)</.exec(stanza)?.[1]
    if (isTrouble(stanza) || room === undefined) throw new Error(stanza)
    return text === undefined ? [] : carriedIn(room, [text])
  }
}

async function hear(talk: Talk, what: RegExp): Promise<void> {
  const heard = await talk.hear((text) => isTrouble(text) || what.test(text))
  if (!what.test(heard)) throw new Error(heard)
}

function isTrouble(stanza: string): boolean {
  return /^<(failure|stream:error|close)\b|^<\w+ [^>]*type=['"]error/.test(stanza)
}
