/**
 * Connections between processes, as TCP gives them: a connection is two ordered streams; it stalls
 * while a path is closed; it breaks when an end closes it or its process dies. The end that
 * survives learns of a death only if the news can travel: else the connection is *half-open*, and
 * the survivor is told when something that it sends reaches the machine of the dead.
 *
 * `Up` are the frames of the side that dialled, `Down` those of the side that listened.
 */
import type { Random } from '../random.ts'
import type { World } from '../world.ts'
import type { Paths } from './path.ts'
import { Stream, type StreamSignal } from './stream.ts'

/** What a process is told of its end of a connection. */
export interface Receiver<In> {
  onOpen(): void
  onFrame(frame: In): void
  onClose(code: number): void
  onBuffered(bytes: number): void
}

/** What both ends of a connection have, whatever its frames are. */
class End {
  readonly host: string
  readonly peer: string
  state: 'opening' | 'open' | 'closed' = 'opening'
  /** Its process died; nobody is left to be told anything. */
  isOrphan = false

  constructor(host: string, peer: string) {
    this.host = host
    this.peer = peer
  }
}

/** One end of a connection, as its process sees it. */
export class Wire<Out, In> extends End {
  receiver: Receiver<In> | undefined
  outgoing: Stream<Out> | undefined
  incoming: Stream<In> | undefined
  other: End | undefined
  readonly #forget: () => void

  constructor(ends: { host: string; peer: string }, forget: () => void) {
    super(ends.host, ends.peer)
    this.#forget = forget
  }

  get bufferedBytes(): number {
    return this.outgoing?.bufferedBytes ?? 0
  }

  send(frame: Out, bytes: number): void {
    if (this.state === 'open') this.outgoing?.send(frame, bytes)
  }

  /** The owner closes; it hears nothing more of this connection. */
  close(code: number): void {
    if (this.state === 'open') this.outgoing?.signal({ kind: 'end', code })
    this.state = 'closed'
    this.#forget()
  }

  setReading(isReading: boolean): void {
    this.incoming?.setReading(isReading)
  }

  take(signal: StreamSignal): void {
    if (signal.kind === 'open') {
      if (this.state === 'opening') {
        this.state = 'open'
        this.receiver?.onOpen()
      } else if (this.state === 'closed') {
        this.outgoing?.signal({ kind: 'end', code: abnormalClose })
      }
      return
    }
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#forget()
    if (!this.isOrphan) this.receiver?.onClose(signal.code)
  }
}

/** What a listening process is; `accept` returns undefined when it refuses. */
export interface Listener<Up, Down> {
  readonly host: string
  accept(wire: Wire<Down, Up>): Receiver<Up> | undefined
}

const synResendMs = 1_000
/** A connection that ended without a close frame (RFC 6455 §7.1.5). */
export const abnormalClose = 1006
const brokenOff: StreamSignal = { kind: 'end', code: abnormalClose }

export class Network<Up, Down> {
  readonly #world: World
  readonly #paths: Paths
  readonly #random: Random
  readonly #listeners = new Map<string, Listener<Up, Down>>()
  readonly #dialled = new Set<Wire<Up, Down>>()
  readonly #accepted = new Set<Wire<Down, Up>>()
  /** Machines without power: what reaches them is answered by nobody. */
  readonly #dark = new Set<string>()

  constructor(world: World, paths: Paths, random: Random) {
    this.#world = world
    this.#paths = paths
    this.#random = random
  }

  listen(address: string, listener: Listener<Up, Down>): void {
    this.#listeners.set(address, listener)
  }

  unlisten(address: string): void {
    this.#listeners.delete(address)
  }

  /** `to` is the machine that the address belongs to. */
  dial(ends: { from: string; to: string; address: string }, receiver: Receiver<Down>) {
    const near: Wire<Up, Down> = new Wire({ host: ends.from, peer: ends.to }, () =>
      this.#dialled.delete(near),
    )
    near.receiver = receiver
    this.#dialled.add(near)
    this.#knock(near, ends.address)
    return near
  }

  /**
   * All connections of a dead process. `isSudden`: its machine lost power too, so no news goes
   * out.
   */
  bury(host: string, isSudden: boolean): void {
    if (isSudden) this.#dark.add(host)
    for (const wire of [...this.#dialled]) if (wire.host === host) this.#orphan(wire, isSudden)
    for (const wire of [...this.#accepted]) if (wire.host === host) this.#orphan(wire, isSudden)
  }

  /** The machine has power again. */
  wake(host: string): void {
    this.#dark.delete(host)
  }

  /** Every connection between two machines breaks at both ends (a middlebox forgot it, say). */
  reset(a: string, b: string): void {
    for (const wire of [...this.#dialled]) {
      const isBetween = (wire.host === a && wire.peer === b) || (wire.host === b && wire.peer === a)
      if (!isBetween || wire.state !== 'open') continue
      wire.outgoing?.signal(brokenOff)
      wire.incoming?.signal(brokenOff)
    }
  }

  /**
   * What TCP's keep-alive finds out on a connection that has been still for long: that nobody is at
   * its other end, or that the way there is closed. A frozen process is there: its kernel answers.
   */
  probe(wire: Wire<Up, Down>): void {
    const isWayOpen =
      this.#paths.between(wire.host, wire.peer).isOpen &&
      this.#paths.between(wire.peer, wire.host).isOpen
    if (wire.other?.isOrphan === true || !isWayOpen) wire.take(brokenOff)
  }

  /** Wires by which a machine receives. */
  *wiresOf(host: string): Generator<{ setReading(isReading: boolean): void }> {
    for (const wire of this.#dialled) if (wire.host === host) yield wire
    for (const wire of this.#accepted) if (wire.host === host) yield wire
  }

  #orphan(wire: Wire<Up, Down> | Wire<Down, Up>, isSudden: boolean): void {
    wire.isOrphan = true
    const isNewsSent = !isSudden && this.#paths.between(wire.host, wire.peer).isOpen
    if (wire.state === 'open') {
      // What the process wrote last may be lost with it, or not.
      if (isSudden || this.#random.isHit(0.5)) wire.outgoing?.drop()
      if (isNewsSent) wire.outgoing?.signal(brokenOff)
    }
    wire.state = 'closed'
    wire.setReading(true)
    this.#dialled.delete(wire as Wire<Up, Down>)
    this.#accepted.delete(wire as Wire<Down, Up>)
  }

  #knock(near: Wire<Up, Down>, address: string): void {
    const there = this.#paths.between(near.host, near.peer)
    const back = this.#paths.between(near.peer, near.host)
    this.#world.after(there.drawDelayMs(), () => {
      if (near.state !== 'opening') return
      if (!there.isOpen || !back.isOpen || this.#dark.has(near.peer)) {
        this.#world.after(synResendMs, () => this.#knock(near, address))
        return
      }
      const listener = this.#listeners.get(address)
      if (listener === undefined || !this.#accept(near, listener)) {
        this.#world.after(back.drawDelayMs(), () => near.take(brokenOff))
      }
    })
  }

  #accept(near: Wire<Up, Down>, listener: Listener<Up, Down>): boolean {
    const far: Wire<Down, Up> = new Wire({ host: near.peer, peer: near.host }, () =>
      this.#accepted.delete(far),
    )
    const up = this.#stream(near, far, () => down)
    const down: Stream<Down> = this.#stream(far, near, () => up)
    near.outgoing = up
    near.incoming = down
    near.other = far
    far.other = near
    far.incoming = up
    far.outgoing = down
    far.state = 'open'
    far.receiver = listener.accept(far)
    if (far.receiver === undefined) return false
    this.#accepted.add(far)
    down.signal({ kind: 'open' })
    far.receiver.onOpen()
    return true
  }

  #stream<T>(sender: Sender, taker: Taker<T>, back: () => { signal(s: StreamSignal): void }) {
    const path = this.#paths.between(sender.host, taker.host)
    return new Stream<T>(this.#world, path, {
      onFrame: (frame) => {
        if (taker.state === 'open') taker.receiver?.onFrame(frame)
        else if (taker.isOrphan && !this.#dark.has(taker.host)) back().signal(brokenOff)
      },
      onSignal: (signal) => taker.take(signal),
      onBuffered: (bytes) => {
        if (sender.state === 'open') sender.receiver?.onBuffered(bytes)
      },
    })
  }
}

interface Sender {
  readonly host: string
  readonly state: string
  readonly receiver: { onBuffered(bytes: number): void } | undefined
}

interface Taker<T> extends End {
  readonly receiver: Receiver<T> | undefined
  take(signal: StreamSignal): void
}
