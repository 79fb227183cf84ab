/**
 * Many raw clients that write as fast as they are acknowledged, up to a window; or at a rate, in
 * bursts, each of one client whose turn it is, whether or not what was sent before is acknowledged;
 * what servers held up is made up for, and counts from when it was due.
 * Half of what they write is short, half long, so that balancing by size splits every one of them
 * over backends: by turns, or a whole burst of one size.
 */
import { performance } from 'node:perf_hooks'
import { limits } from '@starling/protocol/limits'
import { until } from '../cluster/until.ts'
import { FrameReader } from './frame-reader.ts'
import { type ClientMark, RawClient } from './raw-client.ts'

export interface RawCrowdOptions {
  readonly address: string
  readonly clients: number
  readonly rooms: number
  readonly window: number
  /** Sends a second of all together; then there is no window. */
  readonly rate?: number
  /** Of one client at once, where there is a rate. */
  readonly burst?: number
  /** So many sends of a client in a row are of one size; two, if not given. */
  readonly alike?: number
  /** One send in so many is followed on its way. */
  readonly followEvery?: number
}

interface Person {
  readonly client: RawClient
  readonly rooms: readonly string[]
  /** Sends so far. */
  count: number
  /** Sends of each of the rooms that are not acknowledged. */
  readonly unanswered: number[]
}

const roomsPerPerson = 2
/** One to each room. */
const alikeMin = roomsPerPerson
const ackMsMax = 30_000

export class RawCrowd {
  readonly #people: readonly Person[]
  readonly #options: RawCrowdOptions
  #isWriting = false
  #unanswered = 0
  #pace: NodeJS.Timeout | undefined
  /** Milliseconds to each ack since they were taken last. */
  #durations: number[] = []

  private constructor(people: readonly Person[], options: RawCrowdOptions) {
    this.#people = people
    this.#options = options
  }

  static async gather(options: RawCrowdOptions): Promise<RawCrowd> {
    const { address } = options
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
      count: 0,
      unanswered: Array.from({ length: roomsPerPerson }, () => 0),
    }))
    const joins = people.slice(1).flatMap(({ client, rooms: own }) => {
      return [...new Set(own)].map((room) => client.send(room, { kind: 'join' }))
    })
    await Promise.all(joins)
    return new RawCrowd(people, options)
  }

  start(): void {
    this.#isWriting = true
    const { rate, window } = this.#options
    if (rate !== undefined) return this.#keepRate(rate)
    for (const [at, person] of this.#people.entries()) {
      for (let n = 0; n < window; n += 1) this.#say(person, at, performance.now())
    }
  }

  /** Resolves when everything is acknowledged; what was refused never is. */
  async stop(): Promise<void> {
    this.#isWriting = false
    clearInterval(this.#pace)
    const what = () => `all acks (${this.#unanswered} missing; ${this.faults.join('; ')})`
    await until(() => this.#unanswered === 0, { what, ms: ackMsMax })
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

  /** What is due by now goes out each millisecond. */
  #keepRate(rate: number): void {
    const { burst = 1 } = this.#options
    const startedAtMs = performance.now()
    let bursts = 0
    this.#pace = setInterval(() => {
      const nowMs = performance.now()
      for (;;) {
        const dueMs = startedAtMs + (bursts * burst * 1_000) / rate
        if (dueMs > nowMs) return
        const at = bursts % this.#people.length
        const person = this.#people[at]!
        if (!hasRoomFor(person, burst)) return
        for (let n = 0; n < burst; n += 1) this.#say(person, at, dueMs)
        bursts += 1
      }
    }, 1)
  }

  #say(person: Person, at: number, sinceMs: number): void {
    const { client, rooms } = person
    const { count, unanswered } = person
    const which = count % rooms.length
    person.count += 1
    unanswered[which]! += 1
    this.#unanswered += 1
    const short = `${at.toString(36)}.${count.toString(36)}`
    const isShort = Math.floor(count / (this.#options.alike ?? alikeMin)) % 2 === 0
    const text = isShort ? short : `${short} ${'long message '.repeat(1 + (count % 9))}`
    void client.send(rooms[which]!, { kind: 'post', text }, sinceMs).then((tookMs) => {
      this.#unanswered -= 1
      unanswered[which]! -= 1
      this.#durations.push(tookMs)
      const isNextDue = this.#isWriting && this.#options.rate === undefined
      if (isNextDue) this.#say(person, at, performance.now())
    })
  }
}

/** No outbox takes more than its limit at once. */
function hasRoomFor({ rooms, unanswered }: Person, burst: number): boolean {
  const most = Math.ceil(burst / rooms.length)
  return unanswered.every((count) => count + most <= limits.sendsInFlightPerOutboxMax)
}
