/**
 * Somebody who only reads, a page of a room every fifth of a second, and takes the time of each
 * answer: reading goes on when sending waits.
 */
import type { StarlingClient } from '@starling/client/api'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import type { Span } from './faults.ts'

const readEveryMs = 200
const pageEntries = 20

export class Reader {
  readonly reads: Span[] = []
  readonly refusals: string[] = []
  readonly #client: StarlingClient
  readonly #rooms: readonly string[]
  #isReading = true
  readonly #end: Promise<void>

  static async sitDown(addresses: readonly string[], rooms: readonly string[]): Promise<Reader> {
    const client = await connect({
      addresses,
      auth: { kind: 'guest', name: 'watcher' },
      storage: openMemoryStorage(),
      encryption: false,
    })
    const ready = await client.ready()
    if (!ready.ok) throw new Error(`the watcher was refused: ${ready.say}`)
    for (const room of rooms) {
      const joined = await client.join(room)
      if (!joined.ok) throw new Error(`the watcher may not join: ${joined.say}`)
    }
    return new Reader(client, rooms)
  }

  private constructor(client: StarlingClient, rooms: readonly string[]) {
    this.#client = client
    this.#rooms = rooms
    this.#end = this.#read()
  }

  async leave(): Promise<void> {
    this.#isReading = false
    await this.#end
    await this.#client.close()
  }

  /** Without waiting for an answer. */
  async rise(): Promise<void> {
    this.#isReading = false
    await this.#client.close()
  }

  async #read(): Promise<void> {
    for (let at = 0; this.#isReading; at += 1) {
      const fromMs = performance.now()
      const room = this.#rooms[at % this.#rooms.length]!
      const page = await this.#client.history(room, { limit: pageEntries })
      if (page.ok) this.reads.push({ fromMs, toMs: performance.now() })
      else if (page.code !== 'closed') this.refusals.push(`${page.code}: ${page.say}`)
      await new Promise((resolve) => setTimeout(resolve, readEveryMs))
    }
  }
}
