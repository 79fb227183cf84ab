/** What backends say to each other past the log: lossy, unordered, never about what must last. */
import { Packr } from 'msgpackr'
import type { NatsLine } from './nats-line.ts'
import type { PeerMessage } from './nats-view.ts'
import { subjectsOf } from './stream-guard.ts'

export class Peers {
  readonly #line: NatsLine
  readonly #subject: string
  readonly #packr = new Packr({ useRecords: false, int64AsType: 'number' })

  constructor(line: NatsLine, stream: string) {
    this.#line = line
    this.#subject = subjectsOf(stream).peer
  }

  tell(message: PeerMessage): void {
    this.#line.publish(this.#subject, this.#packr.pack(message))
  }

  /** What is no such message is not heard. */
  listen(hear: (message: PeerMessage) => void): () => void {
    return this.#line.listen(this.#subject, ({ data }) => {
      let said: unknown
      try {
        said = this.#packr.unpack(data)
      } catch {
        // The library throws a plain Error of many kinds for bytes that are not msgpack.
        return
      }
      if (isPeerMessage(said)) hear(said)
    })
  }
}

function isPeerMessage(said: unknown): said is PeerMessage {
  if (typeof said !== 'object' || said === null) return false
  const { kind, from } = said as { [field: string]: unknown }
  return typeof kind === 'string' && typeof from === 'string'
}
