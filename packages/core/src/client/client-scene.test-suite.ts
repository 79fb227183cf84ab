/**
 * A client node and a little server, in virtual time, with a line between them that a test cuts.
 */
import type { DownFrame } from '@starling/protocol/down'
import type { UpFrame } from '@starling/protocol/up'
import type { Chance, Now } from '../now.ts'
import {
  type ClientEvent,
  type ClientOptions,
  type ClientOutput,
  type ClientTuning,
  clientTuning,
  nothingRestored,
} from './client-io.ts'
import { ClientNode } from './client-node.ts'
import { LittleServer } from './little-server.test-suite.ts'
import type { CipherResult, CipherWork } from './private/cipher.ts'
import type { RoomSnapshot } from './snapshot.ts'

const turnsMax = 1_000

export interface SceneGiven {
  readonly server?: LittleServer
  readonly name?: string
  readonly seed?: number
  readonly tuning?: Partial<ClientTuning>
  readonly options?: Partial<ClientOptions>
  /** Does what `cipher` outputs ask for. */
  readonly cipher?: SceneCipher
}

export interface SceneCipher {
  work(now: Now, work: CipherWork): CipherResult
}

export class ClientScene {
  readonly server: LittleServer
  readonly node: ClientNode
  readonly events: ClientEvent[] = []
  readonly outputs: ClientOutput[] = []
  readonly sent: UpFrame[] = []
  readonly dialled: string[] = []
  /** Nobody answers at these addresses. */
  readonly unreachable = new Set<string>()
  /** False: the frame is lost, and with it the connection's further frames in that direction. */
  passesUp: (frame: UpFrame) => boolean = () => true
  passesDown: (frame: DownFrame) => boolean = () => true
  /** True: the frame is on its way until `release`. */
  holds: (frame: DownFrame) => boolean = () => false
  /** True: the job waits until `tell`. */
  holdsJob: (work: CipherWork) => boolean = () => false
  readonly #heldJobs: { readonly job: number; readonly work: CipherWork }[] = []
  readonly #doneJobs: { readonly job: number; readonly work: CipherWork }[] = []
  readonly #cipher: SceneCipher | undefined
  readonly #held: DownFrame[] = []
  ms = 1_000
  readonly #name: string
  #socket: { readonly number: number; readonly session: string } | undefined

  constructor(given: SceneGiven = {}) {
    const { name = 'ada', server = new LittleServer(), seed = 1 } = given
    this.#name = name
    this.server = server
    this.#cipher = given.cipher
    this.node = new ClientNode({
      addresses: ['ws://a'],
      auth: { kind: 'guest', name, token: tokenOf(name) },
      client: 'test',
      chance: seededChance(seed),
      tuning: { ...clientTuning, ...given.tuning },
      restored: nothingRestored,
      ...given.options,
    })
  }

  get now(): Now {
    return { ms: this.ms, wallMs: 1_700_000_000_000 + this.ms }
  }

  get session(): string | undefined {
    return this.#socket?.session
  }

  start(): this {
    this.node.start(this.now)
    return this.settle()
  }

  /** Performs outputs and delivers frames until nothing more happens. */
  settle(): this {
    for (let turn = 0; turn < turnsMax; turn += 1) {
      const outputs = this.node.drain(this.now)
      for (const output of outputs) this.#perform(output)
      const frames = this.#socket === undefined ? [] : this.server.take(this.#socket.session)
      for (const frame of frames) {
        if (this.#socket === undefined) break
        if (this.holds(frame)) this.#held.push(frame)
        else if (this.passesDown(frame)) this.node.socketFrame(this.now, this.#socket.number, frame)
        else this.cut()
      }
      const jobs = this.#doneJobs.splice(0)
      for (const job of jobs) this.#do(job)
      if (outputs.length === 0 && frames.length === 0 && jobs.length === 0) return this
    }
    throw new Error('the client and the server talk without end')
  }

  wait(ms: number): this {
    for (let left = ms; left > 0; left -= 50) {
      this.ms += Math.min(50, left)
      this.node.tick(this.now)
      this.settle()
    }
    return this
  }

  /** Does the jobs that were held, or the first ones of them. */
  tell(count = this.#heldJobs.length): this {
    for (const job of this.#heldJobs.splice(0, count)) this.#do(job)
    return this.settle()
  }

  release(): this {
    for (const frame of this.#held.splice(0)) {
      if (this.#socket !== undefined) this.node.socketFrame(this.now, this.#socket.number, frame)
    }
    return this.settle()
  }

  cut(code = 1006): this {
    const socket = this.#socket
    if (socket === undefined) return this
    this.#socket = undefined
    this.server.close(socket.session)
    this.node.socketClosed(this.now, socket.number, code)
    return this
  }

  room(room: string): RoomSnapshot {
    const found = this.node.snapshot().rooms.find((snapshot) => snapshot.room === room)
    if (found === undefined) throw new Error(`${this.#name} is not in ${room}`)
    return found
  }

  /** The texts of a room's messages, as they are shown. */
  texts(room: string): readonly string[] {
    return this.room(room).timeline.lines.flatMap((line) =>
      line.kind === 'message' ? [line.text] : [],
    )
  }

  entriesSeen(room: string): readonly number[] {
    return this.events.flatMap((event) =>
      event.kind === 'entry' && event.room === room ? [event.entry.index] : [],
    )
  }

  #perform(output: ClientOutput): void {
    this.outputs.push(output)
    switch (output.kind) {
      case 'open':
        return this.#open(output.address, output.socket)
      case 'send': {
        const socket = this.#socket
        if (socket?.number !== output.socket) return
        this.sent.push(output.frame)
        if (this.passesUp(output.frame)) this.server.frame(socket.session, output.frame)
        else this.cut()
        return
      }
      case 'close':
        if (this.#socket?.number !== output.socket) return
        this.server.close(this.#socket.session)
        this.#socket = undefined
        return
      case 'event':
        this.events.push(output.event)
        return
      case 'cipher': {
        const { job, work } = output
        const isHeld = this.holdsJob(work)
        const jobs = isHeld ? this.#heldJobs : this.#doneJobs
        jobs.push({ job, work })
        return
      }
      default:
    }
  }

  #do({ job, work }: { readonly job: number; readonly work: CipherWork }): void {
    if (this.#cipher === undefined) throw new Error(`a job for no cipher: ${work.kind}`)
    this.node.cipherDone(this.now, job, this.#cipher.work(this.now, work))
  }

  #open(address: string, number: number): void {
    this.dialled.push(address)
    if (this.unreachable.has(address)) return this.node.socketClosed(this.now, number, 1006)
    this.#socket = { number, session: this.server.newSession() }
    this.node.socketOpened(this.now, number)
  }
}

/** Bob's room `r`, with ada in it and online. */
export function inRoom(given: { limits?: Partial<LittleServer['limits']> } = {}) {
  const server = new LittleServer(given.limits)
  const bob = server.guest('bob')
  server.act(bob, 'r', { kind: 'create', room: 'public', name: 'general' })
  const ada = new ClientScene({ server }).start()
  ada.node.compose(ada.now, 'r', { kind: 'join' })
  ada.settle()
  const says = (text: string) => server.act(bob, 'r', { kind: 'post', text })
  return { server, bob, ada, says }
}

export function tokenOf(name: string): string {
  return `${name}-token-`.padEnd(43, 'x')
}

export function seededChance(seed: number): Chance {
  let state = seed >>> 0 || 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
