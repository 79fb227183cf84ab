/** A front-end in virtual time: the real node, its clients' sockets, its links to the backends. */
import type {
  FrontendOptions,
  FrontendOutput,
  SessionId,
} from '@starling/core/frontend/frontend-io'
import { FrontendNode } from '@starling/core/frontend/frontend-node'
import type { LinkDown } from '@starling/core/link/down'
import type { LinkUp } from '@starling/core/link/up'
import { type Now, unreachable } from '@starling/core/now'
import { closeCodes } from '@starling/protocol/close-codes'
import { BrokenPromise } from '../broken-promise.ts'
import { abnormalClose, type Network, type Receiver, type Wire } from '../network/network.ts'
import type { Observe } from '../observation.ts'
import { fakeSha256, type Random } from '../random.ts'
import type { Cancel, World } from '../world.ts'
import type { LinkNetwork } from './backend-process.ts'
import { type Clock, Process } from './process.ts'

/** Text both ways, as on a WebSocket. */
export type ClientNetwork = Network<string, string>

export interface FrontendSetup {
  readonly options: Omit<FrontendOptions, 'chance' | 'hash' | 'incarnation'>
  readonly clock: Clock
  readonly random: Random
  readonly clients: ClientNetwork
  readonly links: LinkNetwork
  readonly observe: Observe
  /** Bytes not yet taken by a client, above which the node is told that it is blocked. */
  readonly socketBytesMax: number
}

interface Socket {
  readonly wire: Wire<string, string>
  isBlocked: boolean
  /** The turn in which the node was told so. */
  blockedInTurn: number
}

const dialMsMax = 2_000
const redialMsMin = 50
const redialMsMax = 1_000
const keepAliveMs = 5_000
/** A client that asks on and does not read is cut, so many times above what blocks it. */
const cutFactor = 64
/** Figures are looked at with one tick in so many. */
const figuresEvery = 4

export class FrontendProcess extends Process {
  #node: FrontendNode | undefined
  readonly #setup: FrontendSetup
  readonly #sockets = new Map<SessionId, Socket>()
  readonly #links = new Map<string, Wire<LinkUp, LinkDown>>()
  readonly #redialMs = new Map<string, number>()
  /** Backend → when something last came from it, in virtual time. */
  readonly #heardMs = new Map<string, number>()
  #socketsTotal = 0
  /** Connections that the node knows of. */
  #sessions = 0
  #turns = 0
  #ticks = 0

  constructor(world: World, setup: FrontendSetup) {
    super(world, { name: setup.options.name, clock: setup.clock, tickMs: 50 })
    this.#setup = setup
  }

  get node(): FrontendNode | undefined {
    return this.#node
  }

  get address(): string {
    return addressOf(this.name)
  }

  /** For stories. */
  socketsTold(): readonly string[] {
    return [...this.#sockets.values()].map(({ wire, isBlocked }) => {
      return `${wire.peer}: ${wire.bufferedBytes} bytes wait${isBlocked ? ', blocked' : ''}`
    })
  }

  beginDrain(): void {
    this.world.trace.line(this.name, () => 'drains')
    this.give((now) => this.#node?.beginDrain(now))
  }

  protected boot(): void {
    const { options, random, clients, links } = this.#setup
    const own = random.fork(`node ${this.life}`)
    this.#node = new FrontendNode({
      ...options,
      incarnation: `${this.name}-${this.life}-${own.below(1e9)}`,
      chance: own.chance,
      hash: fakeSha256,
    })
    clients.wake(this.name)
    links.wake(this.name)
    clients.listen(this.address, { host: this.name, accept: (wire) => this.#accept(wire) })
    for (const backend of options.backends) {
      this.#redialMs.set(backend.name, redialMsMin)
      this.#dial(backend.name)
    }
  }

  protected died(isSudden: boolean): void {
    const { clients, links } = this.#setup
    clients.unlisten(this.address)
    clients.bury(this.name, isSudden)
    links.bury(this.name, isSudden)
    this.#sockets.clear()
    this.#sessions = 0
    this.#links.clear()
    this.#node = undefined
  }

  protected setReading(isReading: boolean): void {
    const { clients, links } = this.#setup
    for (const wire of clients.wiresOf(this.name)) wire.setReading(isReading)
    for (const wire of links.wiresOf(this.name)) wire.setReading(isReading)
  }

  protected tick(now: Now): void {
    this.#node?.tick(now)
    for (const [backend, wire] of this.#links) {
      if (this.world.nowMs - (this.#heardMs.get(backend) ?? 0) < keepAliveMs) continue
      this.#heardMs.set(backend, this.world.nowMs)
      this.#setup.links.probe(wire)
    }
    if (++this.#ticks % figuresEvery !== 0) return
    const figures = this.#node?.figures()
    if (figures !== undefined) {
      const sockets = this.#sessions
      this.#setup.observe({ kind: 'frontend-figures', frontend: this.name, figures, sockets })
    }
  }

  protected perform(now: Now): void {
    this.#turns++
    const outputs = this.#node?.drain(now) ?? []
    for (const output of outputs) this.#performOne(output)
  }

  #accept(wire: Wire<string, string>): Receiver<string> | undefined {
    if (!this.isUp) return undefined
    const session = `${this.name}/${this.life}/${++this.#socketsTotal}`
    const socket: Socket = { wire, isBlocked: false, blockedInTurn: 0 }
    this.#sockets.set(session, socket)
    if (this.isFrozen) wire.setReading(false)
    return {
      onOpen: () => {
        this.give((now) => {
          this.#sessions++
          this.#node?.clientOpened(now, session)
        })
      },
      onFrame: (text) => this.give((now) => this.#node?.clientText(now, session, text)),
      onClose: () => {
        this.#sockets.delete(session)
        this.give((now) => this.#closed(now, session))
      },
      onBuffered: (bytes) => this.#buffered(session, socket, bytes),
    }
  }

  #closed(now: Now, session: SessionId): void {
    this.#sessions--
    this.#node?.clientClosed(now, session)
  }

  #buffered(session: SessionId, socket: Socket, bytes: number): void {
    const most = this.#setup.socketBytesMax
    if (bytes > most * cutFactor && this.#sockets.delete(session)) {
      this.world.trace.line(this.name, () => `cuts ${session}, which does not read`)
      socket.wire.close(closeCodes['slow-reader'])
      return this.give((now) => this.#closed(now, session))
    }
    if (!socket.isBlocked && bytes > most) {
      socket.isBlocked = true
      this.world.trace.line(this.name, () => `${session} is blocked`)
      this.give((now) => {
        socket.blockedInTurn = this.#turns + 1
        this.#node?.clientBlocked(now, session)
      })
    } else if (socket.isBlocked && bytes <= most / 2) {
      socket.isBlocked = false
      this.world.trace.line(this.name, () => `${session} is drained`)
      this.give((now) => {
        socket.blockedInTurn = 0
        this.#node?.clientDrained(now, session)
      })
    }
  }

  #dial(backend: string): void {
    if (this.#node === undefined) return
    const { links } = this.#setup
    let isOpen = false
    let giveUp: Cancel = () => undefined
    const wire = links.dial(
      { from: this.name, to: backend, address: backend },
      {
        onOpen: () => {
          isOpen = true
          giveUp()
          this.#redialMs.set(backend, redialMsMin)
          this.#links.set(backend, wire)
          this.#heardMs.set(backend, this.world.nowMs)
          this.world.trace.line(this.name, () => `has a link to ${backend}`)
          this.give((now) => this.#node?.linkOpened(now, backend))
        },
        onFrame: (frame) => {
          this.#heardMs.set(backend, this.world.nowMs)
          this.give((now) => this.#node?.linkFrame(now, backend, frame))
        },
        onClose: () => {
          giveUp()
          if (isOpen) {
            this.world.trace.line(this.name, () => `lost its link to ${backend}`)
            this.#links.delete(backend)
            this.give((now) => this.#node?.linkClosed(now, backend))
          }
          this.#redialLater(backend)
        },
        onBuffered: () => undefined,
      },
    )
    if (this.isFrozen) wire.setReading(false)
    const life = this.life
    giveUp = this.world.after(dialMsMax, () => {
      if (isOpen || life !== this.life || wire.state !== 'opening') return
      wire.close(abnormalClose)
      this.#redialLater(backend)
    })
  }

  #redialLater(backend: string): void {
    const waitMs = this.#redialMs.get(backend) ?? redialMsMin
    this.#redialMs.set(backend, Math.min(waitMs * 2, redialMsMax))
    this.later(waitMs, () => this.#dial(backend))
  }

  #performOne(output: FrontendOutput): void {
    switch (output.kind) {
      case 'text':
        for (const session of output.sessions) this.#sendText(session, output.text)
        return
      case 'close': {
        const socket = this.#sockets.get(output.session)
        if (socket === undefined) return
        const { session, reason } = output
        this.world.trace.line(this.name, () => `closes ${session}: ${reason}`)
        socket.wire.close(closeCodes[reason])
        this.#sockets.delete(session)
        // A WebSocket's own close event comes after its closing handshake.
        return this.later(1, (now) => this.#closed(now, session))
      }
      case 'link':
        return this.#links.get(output.backend)?.send(output.frame, 200)
      case 'drained':
        return this.kill(false)
      default:
        return unreachable(output)
    }
  }

  #sendText(session: SessionId, text: string): void {
    const socket = this.#sockets.get(session)
    if (socket === undefined) return
    const isLate = socket.blockedInTurn > 0 && socket.blockedInTurn < this.#turns
    if (isLate && isFromFeeds(text)) {
      throw new BrokenPromise('P7', `${this.name} sends to ${session}, which is blocked: ${text}`)
    }
    socket.wire.send(text, text.length)
  }
}

export function addressOf(frontend: string): string {
  return `sim://${frontend}`
}

/** What a client did not ask for; answers to its own requests are bounded by these. */
function isFromFeeds(text: string): boolean {
  return /^{"t":"(entries|presence|typing)"/.test(text)
}
