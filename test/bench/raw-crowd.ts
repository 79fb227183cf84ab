/**
 * Many raw clients that write as fast as they are acknowledged, up to a window. Half of what they
 * write is short, half long, so that balancing by size splits every one of them over backends.
 */
import { FrameReader } from './frame-reader.ts'
import { type ClientMark, RawClient } from './raw-client.ts'

export interface RawCrowdOptions {
  readonly address: string
  readonly clients: number
  readonly rooms: number
  readonly window: number
  /** One send in so many is followed on its way. */
  readonly followEvery?: number
}

interface Person {
  readonly client: RawClient
  readonly rooms: readonly string[]
}

const roomsPerPerson = 2

export class RawCrowd {
  readonly #people: readonly Person[]
  readonly #window: number
  #isWriting = false
  #writers: readonly Promise<void>[] = []
  /** Milliseconds to each ack since they were taken last. */
  #durations: number[] = []

  private constructor(people: readonly Person[], window: number) {
    this.#people = people
    this.#window = window
  }

  static async gather(options: RawCrowdOptions): Promise<RawCrowd> {
    const { address, window } = options
    const reader = new FrameReader()
    const clients = Array.from(
      { length: options.clients },
      (_, at) => new RawClient(address, `person-${at}`, reader),
    )
    for (const client of clients) client.followEvery = options.followEvery
    await Promise.all(clients.map((client) => client.ready()))
    const rooms = Array.from({ length: options.rooms }, (_, at) => `bench-room-${at}`)
    for (const room of rooms) {
      await clients[0]!.send(room, { kind: 'create', room: 'public', name: room })
    }
    const people = clients.map((client, at) => ({
      client,
      rooms: Array.from({ length: roomsPerPerson }, (_, i) => rooms[(at + i) % rooms.length]!),
    }))
    const joins = people.slice(1).flatMap(({ client, rooms: own }) => {
      return [...new Set(own)].map((room) => client.send(room, { kind: 'join' }))
    })
    await Promise.all(joins)
    return new RawCrowd(people, window)
  }

  start(): void {
    this.#isWriting = true
    this.#writers = this.#people.flatMap((person, at) =>
      Array.from({ length: this.#window }, () => this.#write(person, at.toString(36))),
    )
  }

  /** Resolves when everything is acknowledged. */
  async stop(): Promise<void> {
    this.#isWriting = false
    await Promise.all(this.#writers)
  }

  takeDurations(): readonly number[] {
    const taken = this.#durations
    this.#durations = []
    return taken
  }

  /** What the clients marked since they were asked last. */
  takeMarks(): readonly ClientMark[] {
    return this.#people.flatMap(({ client }) => client.marks.splice(0))
  }

  /** Everybody has seen every room up to the same entry, and each own send where its ack said. */
  get isAtRest(): boolean {
    const heads = new Map<string, number>()
    for (const { client, rooms } of this.#people) {
      for (const room of rooms) heads.set(room, Math.max(heads.get(room) ?? 0, client.seen(room)))
    }
    return this.#people.every(
      ({ client, rooms }) =>
        client.halfSeen === 0 && rooms.every((room) => client.seen(room) === heads.get(room)),
    )
  }

  get faults(): readonly string[] {
    return this.#people.flatMap(({ client }) => client.faults)
  }

  close(): void {
    for (const { client } of this.#people) client.close()
  }

  async #write({ client, rooms }: Person, name: string): Promise<void> {
    for (let count = 0; this.#isWriting; count += 1) {
      const short = `${name}.${count.toString(36)}`
      const text = count % 4 < 2 ? short : `${short} ${'long message '.repeat(1 + (count % 9))}`
      const tookMs = await client.send(rooms[count % rooms.length]!, { kind: 'post', text })
      this.#durations.push(tookMs)
    }
  }
}
