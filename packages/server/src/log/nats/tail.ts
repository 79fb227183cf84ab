/**
 * What comes from the stream: each record as its leader republishes it, and reads of what is there
 * already, which any replica answers in batches. Both over a connection of its own, so that what
 * comes in cannot hold up acknowledgements and probes.
 */
import { createInbox, type Msg } from '@nats-io/transport-node'
import type { Position } from '@starling/core/log/record'
import type { AwakeClock } from './awake-clock.ts'
import { jetstreamSubjects } from './jetstream-api.ts'
import type { NatsLine } from './nats-line.ts'
import { natsTuning } from './nats-tuning.ts'
import { subjectsOf } from './stream-guard.ts'

export interface StoredRecord {
  readonly position: Position
  /** Part of what was read from the socket; who keeps it copies it. */
  readonly body: Uint8Array
}

interface Fetch {
  readonly hear: (stored: StoredRecord) => void
  readonly ended: () => void
  heardAtMs: number
}

export class Tail {
  readonly #line: NatsLine
  readonly #stream: string
  readonly #inbox = createInbox()
  readonly #ears = new Set<(stored: StoredRecord) => void>()
  readonly #fetches = new Map<number, Fetch>()
  readonly #clock: AwakeClock
  #count = 0

  constructor(line: NatsLine, stream: string, clock: AwakeClock) {
    this.#line = line
    this.#stream = stream
    this.#clock = clock
    line.listen(subjectsOf(stream).tail, (message) => {
      const stored = storedIn(message)
      if (!stored) return
      for (const ear of [...this.#ears]) ear(stored)
    })
    line.listen(`${this.#inbox}.*`, (message) => this.#hearFetched(message))
  }

  /** What is republished from now on; some of it may never come. */
  listen(ear: (stored: StoredRecord) => void): () => void {
    this.#ears.add(ear)
    return () => this.#ears.delete(ear)
  }

  /**
   * Reads from a position on, in order, up to `fetchRecordsMax`. What it brings may begin late, end
   * early or be nothing: replicas lag, answers get lost. `ended` is called once, unless the fetch
   * is given up by the function returned. Undefined when there is no connection.
   */
  fetch(from: Position, fetch: Pick<Fetch, 'hear' | 'ended'>): (() => void) | undefined {
    this.#count += 1
    const number = this.#count
    const payload = JSON.stringify({
      seq: from,
      batch: natsTuning.fetchRecordsMax,
      max_bytes: natsTuning.fetchBytesMax,
      next_by_subj: '>',
    })
    const subject = jetstreamSubjects.directGet(this.#stream)
    if (!this.#line.publish(subject, payload, { reply: `${this.#inbox}.${number}` })) {
      return undefined
    }
    this.#fetches.set(number, { ...fetch, heardAtMs: this.#clock.ms })
    return () => this.#fetches.delete(number)
  }

  /** The connection ended: nothing more comes of what was asked. */
  closed(): void {
    for (const number of [...this.#fetches.keys()]) this.#end(number)
  }

  tick(): void {
    for (const [number, { heardAtMs }] of [...this.#fetches]) {
      if (this.#clock.ms - heardAtMs > natsTuning.fetchSilenceMsMax) this.#end(number)
    }
  }

  #hearFetched(message: Msg): void {
    const number = Number(message.subject.slice(this.#inbox.length + 1))
    const fetch = this.#fetches.get(number)
    if (!fetch) return
    fetch.heardAtMs = this.#clock.ms
    // A status ends it: all was sent, there is none, nobody answers, not understood.
    const stored = message.headers?.code ? undefined : storedIn(message)
    if (stored) fetch.hear(stored)
    else this.#end(number)
  }

  #end(number: number): void {
    const fetch = this.#fetches.get(number)
    this.#fetches.delete(number)
    fetch?.ended()
  }
}

function storedIn(message: Msg): StoredRecord | undefined {
  const position = Number(message.headers?.get('Nats-Sequence'))
  return position > 0 ? { position, body: message.data } : undefined
}
