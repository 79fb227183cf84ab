/**
 * Many people who write as soon as they are acknowledged and have thought, up to a window, and
 * watch everything that comes. Half of what they write is short, half long, so that balancing by
 * size splits every one of them over backends.
 */
import type { ConnectionState, StarlingClient } from '@starling/client/api'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import type { Entry } from '@starling/protocol/entry'
import type { Ledger, SendRecord } from './ledger.ts'

interface Person {
  readonly name: string
  readonly client: StarlingClient
  readonly rooms: readonly string[]
  /** Room → the index seen last. */
  readonly seen: Map<string, number>
  waiting: number
  thinking: number
  written: number
}

/** Somebody's connection came to be otherwise than it was. */
export interface Move {
  readonly name: string
  readonly to: ConnectionState['kind']
}

export interface CrowdOptions {
  readonly addresses: readonly string[]
  readonly clients: number
  readonly rooms: number
  /** Sends that each has unacknowledged, or is thinking about, at a time. */
  readonly window: number
  /** Between an ack and the next send. */
  readonly thinkMs: number
  readonly ledger: Ledger
}

const roomsPerPerson = 2
/** In every long message. */
export const openWords = 'long message '

export class Crowd {
  readonly rooms: readonly string[]
  /** Since all were gathered. */
  readonly moves: Move[] = []
  readonly #options: CrowdOptions
  readonly #people: readonly Person[]
  #isWriting = false

  private constructor(options: CrowdOptions, rooms: readonly string[], people: readonly Person[]) {
    this.#options = options
    this.rooms = rooms
    this.#people = people
  }

  static async gather(options: CrowdOptions): Promise<Crowd> {
    const clients = await Promise.all(
      Array.from({ length: options.clients }, (_, at) => arrive(options, at)),
    )
    const rooms: string[] = []
    for (let at = 0; at < options.rooms; at += 1) {
      const created = await clients[0]!.createRoom({ title: `room ${at}` })
      if (!created.ok) throw new Error(`no room: ${created.say}`)
      rooms.push(created.value)
    }
    const people = await Promise.all(
      clients.map(async (client, at) => {
        const own = Array.from(
          { length: roomsPerPerson },
          (_, i) => rooms[(at + i) % rooms.length]!,
        )
        for (const room of new Set(own)) await joinRoom(client, room)
        return personOf(client, `person-${at}`, [...new Set(own)])
      }),
    )
    const crowd = new Crowd(options, rooms, people)
    for (const person of people) crowd.#watch(person)
    return crowd
  }

  start(): void {
    this.#isWriting = true
    for (const person of this.#people) this.#write(person)
  }

  stop(): void {
    this.#isWriting = false
  }

  get isAtRest(): boolean {
    return this.#people.every((person) => person.waiting === 0)
  }

  unrest(): string {
    return this.#people
      .filter((person) => person.waiting > 0)
      .map(({ name, waiting, client }) => {
        return `${name} waits for ${waiting} (${JSON.stringify(client.snapshot().connection)})`
      })
      .join('; ')
  }

  hasSeen(truth: ReadonlyMap<string, readonly Entry[]>): boolean {
    return this.#people.every(({ rooms, seen }) =>
      rooms.every((room) => (seen.get(room) ?? 0) >= truth.get(room)!.length),
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#people.map(({ client }) => client.close()))
  }

  /** Whom the front-end at this address serves now. */
  servedBy(address: string): readonly string[] {
    return this.#people.flatMap(({ name, client }) => {
      const { connection } = client.snapshot()
      return connection.kind === 'online' && connection.address === address ? [name] : []
    })
  }

  #watch(person: Person): void {
    const { ledger } = this.#options
    person.client.on('connection', ({ state }) => {
      this.moves.push({ name: person.name, to: state.kind })
    })
    person.client.on('entry', ({ room, entry }) => {
      if (!this.rooms.includes(room)) return
      ledger.observed(person.name, room, entry)
      person.seen.set(room, entry.index)
    })
    person.client.on('gap', ({ room, from, to }) => {
      ledger.gap(person.name, room, { from, to })
      person.seen.set(room, Math.max(person.seen.get(room) ?? 0, to))
    })
  }

  #write(person: Person): void {
    while (this.#isWriting && person.waiting + person.thinking < this.#options.window) {
      person.waiting += 1
      void this.#writeOne(person)
    }
  }

  async #writeOne(person: Person): Promise<void> {
    const number = person.written
    person.written += 1
    const room = person.rooms[number % person.rooms.length]!
    const who = this.#people.indexOf(person).toString(36)
    const short = `${who}.${number.toString(36)}`
    const text = number % 4 < 2 ? short : `${short} ${openWords.repeat(1 + (number % 9))}`
    const record: SendRecord = this.#options.ledger.composed({
      client: person.name,
      room,
      text,
      composedAtMs: performance.now(),
    })
    const result = await person.client.post(room, text).settled
    if (result.ok) {
      record.ackedAtMs = performance.now()
      record.index = result.value.index
    } else {
      record.refused = result.code
    }
    person.waiting -= 1
    person.thinking += 1
    setTimeout(() => {
      person.thinking -= 1
      this.#write(person)
    }, this.#options.thinkMs)
  }
}

async function arrive(options: CrowdOptions, at: number): Promise<StarlingClient> {
  const { addresses } = options
  const client = await connect({
    addresses: [
      ...addresses.slice(at % addresses.length),
      ...addresses.slice(0, at % addresses.length),
    ],
    auth: { kind: 'guest', name: `person-${at}` },
    storage: openMemoryStorage(),
    encryption: false,
  })
  const ready = await client.ready()
  if (!ready.ok) throw new Error(`person-${at} was refused: ${ready.say}`)
  return client
}

async function joinRoom(client: StarlingClient, room: string): Promise<void> {
  const joined = await client.join(room)
  if (!joined.ok && joined.code !== 'already-member') throw new Error(`no entry: ${joined.say}`)
}

function personOf(client: StarlingClient, name: string, rooms: readonly string[]): Person {
  return { name, client, rooms, seen: new Map(), waiting: 0, thinking: 0, written: 0 }
}
