/**
 * Rooms full of clients that listen, some of each room posting. Every receiver checks that it gets
 * each message once and in order. Payloads that many get alike are read once: their bytes are
 * compared with what was read, which costs a tenth of reading.
 */
import { performance } from 'node:perf_hooks'
import { until } from '../../cluster/until.ts'
import { type Carried, type Dialect, type Message, textOf } from './dialect.ts'
import { LeanSocket } from './lean-socket.ts'
import { TalkingSocket } from './talking-socket.ts'

export interface FanOutOptions {
  readonly host: string
  readonly ports: readonly number[]
  readonly path?: string
  readonly subprotocol?: string
  readonly rooms: number
  readonly clients: number
  /** Rooms that each client is in; rooms × members = clients × these. */
  readonly roomsPerClient: number
  readonly textBytes: number
  readonly postersPerRoom: number
  /** Messages of one poster that not all members of its room have yet, flat out. */
  readonly window: number
  /** Messages a second of all rooms together; undefined: flat out. */
  readonly rate?: number
  /** At a rate: so many go out at once, and as much more seldom. */
  readonly burst?: number
}

interface Client {
  readonly socket: LeanSocket
  readonly talk: TalkingSocket
  readonly isSampled: boolean
  /** By room: the number of the message that must come next, of each poster. */
  readonly next: Map<string, number[]>
}

interface Room {
  readonly name: string
  readonly posters: readonly Poster[]
  members: number
}

interface Poster {
  client: Client | undefined
  /** Of each message; there is no message 0. */
  readonly postedAtMs: number[]
  delivered: number
}

/** Of so many receivers one has its latencies kept. */
const sampleEvery = 16
const entriesAtOnce = 400
const faultsMax = 10
const underWayMax = 24
const readIntoBytes = 256 * 1024
const keyBytes = 64
const rememberedMax = 4_096
/** Eight megabytes: the kernel's buffers for one connection, and the front-end's, hold less. */
const floodMessages = 512
const floodTextBytes = 16_000
const floodAtOnce = 16
const floodMsMax = 60_000

export class FanOutCrowd {
  readonly faults: string[] = []
  readonly #options: FanOutOptions
  readonly #dialect: Dialect
  readonly #rooms: readonly Room[]
  readonly #roomsByName: Map<string, Room>
  readonly #clients: Client[] = []
  readonly #readInto = Buffer.alloc(readIntoBytes)
  readonly #remembered = new Map<string, { payload: Buffer; carried: readonly Carried[] }>()
  #latencies: number[] = []
  #isPosting = false
  posted = 0
  deliveries = 0

  constructor(options: FanOutOptions, dialect: Dialect) {
    this.#options = options
    this.#dialect = dialect
    this.#rooms = Array.from({ length: options.rooms }, (_, at) =>
      roomOf(`room-${at}`, options.postersPerRoom),
    )
    this.#roomsByName = new Map(this.#rooms.map((room) => [room.name, room]))
  }

  /** Everybody comes in, then into one room after the other. */
  async gather(): Promise<void> {
    const { clients, roomsPerClient, rooms } = this.#options
    const all = Array.from({ length: clients }, (_, at) => at)
    await sideBySide(all, (at) => this.#greet(at))
    for (let turn = 0; turn < roomsPerClient; turn += 1) {
      const seats = this.#clients.map((client, at) => ({
        client,
        room: this.#rooms[(at + turn * Math.ceil(rooms / roomsPerClient)) % rooms]!,
      }))
      const makers = new Map(
        seats.filter(({ room }) => room.members === 0).map((seat) => [seat.room, seat]),
      )
      const rest = seats.filter((seat) => makers.get(seat.room) !== seat)
      await sideBySide([...makers.values()], ({ client, room }) => this.#seat(client, room, true))
      await sideBySide(rest, ({ client, room }) => this.#seat(client, room, false))
    }
  }

  /** Nobody goes into any further room. */
  settle(): void {
    for (const { talk } of this.#clients) talk.end()
  }

  start(): void {
    this.#isPosting = true
    if (this.#options.rate !== undefined) {
      return this.#keepRate(performance.now(), this.#options.rate)
    }
    for (const room of this.#rooms) {
      for (const at of room.posters.keys()) this.#fill(room, at)
    }
  }

  stop(): void {
    this.#isPosting = false
  }

  get bytesIn(): number {
    return this.#clients.reduce((sum, { socket }) => sum + socket.bytesIn, 0)
  }

  get readsIn(): number {
    return this.#clients.reduce((sum, { socket }) => sum + socket.readsIn, 0)
  }

  get isAtRest(): boolean {
    return this.behind.count === 0
  }

  /** Clients that lack messages that were posted; of one of them what. */
  get behind(): { readonly count: number; readonly what: string } {
    const lacking = this.#clients.flatMap(({ next }, client) => {
      const lack = [...next].flatMap(([room, awaited]) =>
        this.#roomsByName.get(room)!.posters.flatMap(({ postedAtMs }, at) => {
          const posted = postedAtMs.length
          return awaited[at] === posted ? [] : [`${room} ${at}.${awaited[at]} of ${posted - 1}`]
        }),
      )
      return lack.length === 0 ? [] : [`client ${client}: ${lack[0]}`]
    })
    return { count: lacking.length, what: lacking[0] ?? '' }
  }

  takeLatencies(): readonly number[] {
    const taken = this.#latencies
    this.#latencies = []
    return taken
  }

  /**
   * So many clients read nothing until the undoing is called; the others' latencies count. In a
   * room of their own they are posted more than the kernel keeps for them, so that the server has
   * to decide what becomes of them. To be called before `start`.
   */
  async stall(count: number): Promise<() => void> {
    const stalled = this.#clients.filter(({ isSampled }) => !isSampled).slice(0, count)
    if (count > 0) await this.#flood(this.#clients.find(({ isSampled }) => isSampled)!, stalled)
    return () => {
      for (const { socket } of stalled) socket.resume()
    }
  }

  async #flood(poster: Client, stalled: readonly Client[]): Promise<void> {
    const room = roomOf('flood', 1)
    this.#roomsByName.set(room.name, room)
    await this.#seat(poster, room, true)
    await sideBySide(stalled, (client) => this.#seat(client, room, false))
    for (const { talk } of [poster, ...stalled]) talk.end()
    for (const { socket } of stalled) socket.pause()
    const heard = () => poster.next.get(room.name)![0]! - 1
    const what = () => `the flood to pass; ${heard()} messages did (${this.faults.join('; ')})`
    for (let posted = 0; posted < floodMessages; posted += floodAtOnce) {
      for (let at = 0; at < floodAtOnce; at += 1) this.#post(room, 0, floodTextBytes)
      await until(() => heard() === posted + floodAtOnce, { what, ms: floodMsMax })
    }
  }

  close(): void {
    for (const { socket } of this.#clients) socket.close()
  }

  async #greet(at: number): Promise<void> {
    const { host, ports, path, subprotocol } = this.#options
    const talk = new TalkingSocket()
    const socket = new LeanSocket({
      ...{ host, port: ports[at % ports.length]!, readInto: this.#readInto },
      ...(path === undefined ? {} : { path }),
      ...(subprotocol === undefined ? {} : { subprotocol }),
      onText: (payload) => {
        if (!talk.heard(payload)) this.#heard(client, payload)
      },
      onEnd: (why) => this.#fault(`client ${at}: ${why}`),
    })
    const client: Client = { socket, talk, isSampled: at % sampleEvery === 0, next: new Map() }
    this.#clients.push(client)
    await socket.opened()
    talk.begin((text) => socket.text(text))
    await this.#dialect.greet(talk, `client-${at}`)
  }

  async #seat(client: Client, room: Room, isFirst: boolean): Promise<void> {
    room.members += 1
    client.next.set(
      room.name,
      room.posters.map(() => 1),
    )
    const poster = room.posters.findIndex((one) => one.client === undefined)
    if (poster >= 0) room.posters[poster]!.client = client
    const seat = { room: room.name, isFirst, poster: poster < 0 ? undefined : poster }
    await this.#dialect.enter(client.talk, seat)
  }

  #heard(client: Client, payload: Buffer): void {
    for (const carried of this.#carriedIn(payload)) this.#took(client, carried)
  }

  #took(client: Client, carried: Carried): void {
    const { room: name, poster, first, count } = carried
    const room = this.#roomsByName.get(name)
    const next = client.next.get(name)
    if (room === undefined || next === undefined) return this.#fault(`${name} came unasked`)
    if (first !== next[poster]) {
      this.#fault(`in ${name} came ${poster}.${first}, awaited was ${next[poster]}`)
    }
    if (client.isSampled) this.#sample(room, carried)
    next[poster] = first + count
    room.posters[poster]!.delivered += count
    this.deliveries += count
    if (this.#isPosting && this.#options.rate === undefined) this.#fill(room, poster)
  }

  #carriedIn(payload: Buffer): readonly Carried[] {
    const key = payload.toString('latin1', 0, keyBytes)
    const known = this.#remembered.get(key)
    if (known?.payload.equals(payload)) return known.carried
    const carried = this.#dialect.carried(payload)
    if (carried.length === 0) return carried
    if (this.#remembered.size >= rememberedMax) this.#remembered.clear()
    this.#remembered.set(key, { payload: Buffer.from(payload), carried })
    return carried
  }

  #sample({ posters }: Room, { poster, first, count }: Carried): void {
    const nowMs = performance.now()
    const { postedAtMs } = posters[poster]!
    for (let number = first; number < first + count; number += 1) {
      this.#latencies.push(nowMs - postedAtMs[number]!)
    }
  }

  #fill(room: Room, poster: number): void {
    const { delivered, postedAtMs } = room.posters[poster]!
    const done = Math.floor(delivered / room.members)
    while (postedAtMs.length - 1 - done < this.#options.window) this.#post(room, poster)
  }

  #post(room: Room, at: number, bytes = this.#options.textBytes): void {
    const { client, postedAtMs } = room.posters[at]!
    const number = postedAtMs.length
    postedAtMs.push(performance.now())
    this.posted += 1
    const text = textOf({ poster: at, number }, bytes)
    const message: Message = { room: room.name, poster: at, number, text }
    client!.socket.text(this.#dialect.post(message))
  }

  /**
   * What is due by now goes out each millisecond; rooms and posters take turns. What servers held
   * up is made up for when they answer: no poster has more under way than they allow.
   */
  #keepRate(startedAtMs: number, rate: number): void {
    const already = this.posted
    const { burst = 1 } = this.#options
    const timer = setInterval(() => {
      if (!this.#isPosting) return clearInterval(timer)
      const bursts = ((performance.now() - startedAtMs) * rate) / 1_000 / burst
      const due = Math.ceil(bursts) * burst
      while (this.posted - already < due && this.#postNext());
    }, 1)
  }

  /** False when the poster whose turn it is has too many under way. */
  #postNext(): boolean {
    const turn = this.posted
    const { length } = this.#rooms
    const room = this.#rooms[turn % length]!
    const at = Math.floor(turn / length) % room.posters.length
    if ((this.#dialect.underWay?.(room.name, at) ?? 0) >= underWayMax) return false
    this.#post(room, at)
    return true
  }

  #fault(what: string): void {
    if (this.faults.length < faultsMax) this.faults.push(what)
  }
}

function roomOf(name: string, posters: number): Room {
  const poster = () => ({ client: undefined, postedAtMs: [0], delivered: 0 })
  return { name, posters: Array.from({ length: posters }, poster), members: 0 }
}

async function sideBySide<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items].reverse()
  const next = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await act(item)
  }
  await Promise.all(Array.from({ length: entriesAtOnce }, next))
}
