/** A client in virtual time: the real node, its sockets, its disk, and the person who uses it. */
import type {
  ClientOutput,
  ClientTuning,
  Composed,
  ConnectionState,
  OutboxItem,
  PrivacyWish,
  Question,
} from '@starling/core/client/client-io'
import { ClientNode } from '@starling/core/client/client-node'
import { type Now, unreachable } from '@starling/core/now'
import type { DownFrame } from '@starling/protocol/down'
import type { Auth } from '@starling/protocol/up'
import { abnormalClose, type Wire } from '../network/network.ts'
import type { Observe } from '../observation.ts'
import { fakeToken, type Random } from '../random.ts'
import type { World } from '../world.ts'
import { type CipherPace, ClientCipher, newVault } from './client-cipher.ts'
import { ClientDisk } from './client-disk.ts'
import type { ClientNetwork } from './frontend-process.ts'
import { type Clock, Process } from './process.ts'

export interface ClientSetup {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly tuning: ClientTuning
  readonly cipherPace: CipherPace
  readonly network: ClientNetwork
  readonly addresses: readonly string[]
  /** How the person comes in; the token is added. */
  readonly auth: (token: string) => Auth
  readonly observe: Observe
}

type ClientWire = Wire<string, string>

/** Lazy writes reach the disk at the latest after so long. */
const flushMs = 1_000

export class ClientProcess extends Process {
  /** Another device of the same person has another token and, with `auth`, the same account. */
  readonly token: string
  /** How long the person's machine takes for each frame that comes. */
  readIntervalMs = 0
  #auth: Auth
  #node: ClientNode | undefined
  #cipher: ClientCipher | undefined
  readonly #disk: ClientDisk
  readonly #setup: ClientSetup
  readonly #wires = new Map<number, ClientWire>()
  #flushAtMs = 0
  #connection: ConnectionState['kind'] = 'idle'

  constructor(world: World, setup: ClientSetup) {
    super(world, { name: setup.name, clock: setup.clock, tickMs: 50 })
    this.#setup = setup
    this.token = fakeToken(setup.random.fork('token'))
    this.#disk = new ClientDisk(newVault(setup.random.fork('vault')))
    this.#auth = setup.auth(this.token)
  }

  get node(): ClientNode | undefined {
    return this.#node
  }

  /** The server does not let it in until the person acts. */
  get isRefused(): boolean {
    return this.isUp && this.#connection === 'refused'
  }

  get isOnline(): boolean {
    return this.isUp && this.#connection === 'online'
  }

  compose(room: string, op: Composed): void {
    this.give((now) => {
      const item = this.#node?.compose(now, room, op)
      if (item === undefined) return
      this.world.trace.line(this.name, () => `composes ${nameOf(item)} ${JSON.stringify(op)}`)
      this.#setup.observe({ kind: 'composed', client: this.name, item })
    })
  }

  ask(question: Question): void {
    this.give((now) => {
      const ask = this.#node?.ask(now, question)
      if (ask === undefined) return
      this.#setup.observe({ kind: 'asked', client: this.name, ask, question })
    })
  }

  /** What the person does about encryption. */
  wish(wish: PrivacyWish): void {
    this.give((now) => {
      const asked = this.#node?.privacy(now, wish)
      if (asked === undefined) return
      this.world.trace.line(this.name, () => `wishes ${JSON.stringify(wish)}`)
      this.#setup.observe({ kind: 'wished', client: this.name, ask: asked, wish })
    })
  }

  /** Anything else that the person does to the running client. */
  act(input: (now: Now, node: ClientNode) => void): void {
    this.give((now) => {
      if (this.#node !== undefined) input(now, this.#node)
    })
  }

  /** The person enters name and password again. */
  loginAgain(): void {
    this.#auth = this.#setup.auth(this.token)
    this.act((now, node) => node.login(now, this.#auth))
  }

  /** What no client of ours would say. */
  sendRaw(text: string): void {
    for (const wire of this.#wires.values()) {
      if (wire.state === 'open') wire.send(text, text.length)
    }
  }

  setReadInterval(ms: number): void {
    this.readIntervalMs = ms
    for (const wire of this.#wires.values()) this.#slowDown(wire)
  }

  protected boot(): void {
    const { name, random, tuning, addresses, network, observe } = this.#setup
    const restored = this.#disk.restore()
    this.#node = new ClientNode({
      addresses,
      auth: this.#auth,
      client: 'simulator',
      chance: random.fork(`node ${this.life}`).chance,
      tuning,
      restored,
      hasCipher: true,
    })
    this.#cipher = this.#openVault()
    network.wake(name)
    const heads = new Map<string, number>()
    for (const [room, entries] of restored.timelines) {
      const newest = entries.at(-1)
      if (newest !== undefined) heads.set(room, newest.index)
    }
    observe({ kind: 'client-started', client: name, heads })
    this.give((now) => this.#node?.start(now))
  }

  protected died(isSudden: boolean): void {
    this.#setup.network.bury(this.name, isSudden)
    this.#wires.clear()
    this.#node = undefined
    this.#cipher = undefined
    this.#connection = 'idle'
    const random = this.#setup.random
    this.#disk.crash((below) => random.below(below))
  }

  protected setReading(isReading: boolean): void {
    for (const wire of this.#setup.network.wiresOf(this.name)) wire.setReading(isReading)
  }

  protected tick(now: Now): void {
    this.#node?.tick(now)
    if (this.world.nowMs < this.#flushAtMs) return
    this.#flushAtMs = this.world.nowMs + flushMs
    this.#disk.flush()
  }

  protected perform(now: Now): void {
    for (const output of this.#node?.drain(now) ?? []) this.#performOne(output)
  }

  #performOne(output: ClientOutput): void {
    const { observe } = this.#setup
    const client = this.name
    switch (output.kind) {
      case 'open':
        return this.#open(output.address, output.socket)
      case 'send': {
        const text = JSON.stringify(output.frame)
        this.world.trace.line(client, () => `→ ${text}`)
        observe({
          kind: 'up',
          client,
          socket: this.#socketName(output.socket),
          frame: output.frame,
        })
        return this.#wires.get(output.socket)?.send(text, text.length)
      }
      case 'close':
        this.#wires.get(output.socket)?.close(1000)
        this.#wires.delete(output.socket)
        return
      case 'store-items':
      case 'store-me':
      case 'forget-item':
        return this.#disk.write(output)
      case 'store-entries': {
        this.#disk.write(output)
        const { room, entries, isReset } = output
        return observe({ kind: 'kept', client, room, entries, isReset })
      }
      case 'answer':
        return observe({ kind: 'answered', client, ask: output.ask, result: output.result })
      case 'event':
        if (output.event.kind === 'connection') this.#connected(output.event.state)
        return observe({ kind: 'event', client, event: output.event })
      case 'cipher':
        this.world.trace.line(client, () => `has to do ${JSON.stringify(output.work)}`)
        return this.#cipher?.give(output.job, output.work)
      case 'opened':
        return observe({ kind: 'opened', client, room: output.room, entries: output.entries })
      case 'privacy':
        return observe({ kind: 'granted', client, ask: output.ask, result: output.result })
      default:
        return unreachable(output)
    }
  }

  #openVault(): ClientCipher {
    const { name, random, cipherPace, observe } = this.#setup
    return new ClientCipher(this.#disk.vault, {
      random: random.fork(`cipher ${this.life}`),
      pace: cipherPace,
      host: {
        later: (delayMs, input) => this.later(delayMs, input),
        done: (now, job, result) => this.#node?.cipherDone(now, job, result),
        observe: (work, result) => {
          this.world.trace.line(name, () => `has done ${work.kind}: ${JSON.stringify(result)}`)
          observe({ kind: 'cipher', client: name, work, result })
        },
      },
    })
  }

  #connected(state: ConnectionState): void {
    this.world.trace.line(this.name, () => `is ${state.kind}`)
    this.#connection = state.kind
    // Once let in, the token is enough; the password was not kept.
    if (state.kind === 'online' && this.#auth.kind !== 'guest') {
      this.#auth = { kind: 'token', token: this.token }
    }
  }

  #open(address: string, socket: number): void {
    const to = address.slice(address.lastIndexOf('/') + 1)
    this.world.trace.line(this.name, () => `dials ${to}`)
    const name = this.#socketName(socket)
    const wire: ClientWire = this.#setup.network.dial(
      { from: this.name, to, address },
      {
        onOpen: () => {
          this.#slowDown(wire)
          this.give((now) => this.#node?.socketOpened(now, socket))
        },
        onFrame: (text) => {
          const frame = JSON.parse(text) as DownFrame
          this.world.trace.line(this.name, () => `← ${text}`)
          this.#setup.observe({ kind: 'down', client: this.name, socket: name, frame })
          this.give((now) => this.#node?.socketFrame(now, socket, frame))
        },
        onClose: (code) => {
          this.world.trace.line(this.name, () => `its connection to ${to} is over: ${code}`)
          this.#wires.delete(socket)
          this.give((now) => this.#node?.socketClosed(now, socket, code || abnormalClose))
        },
        onBuffered: () => undefined,
      },
    )
    this.#wires.set(socket, wire)
  }

  #slowDown(wire: ClientWire): void {
    if (wire.incoming !== undefined) wire.incoming.readIntervalMs = this.readIntervalMs
  }

  #socketName(socket: number): string {
    return `${this.name}/${this.life}/${socket}`
  }
}

export function nameOf(item: OutboxItem): string {
  return `${item.room} ${item.outbox}#${item.number}`
}
