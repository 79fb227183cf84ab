/**
 * What runs a node in virtual time: a process with a clock of its own, a queue of inputs and turns.
 * A turn gives the node all inputs that came, drains it once and performs what it returns, as the
 * real shells do. A process can be killed, frozen (SIGSTOP: its sockets fill up behind it) and
 * starved (each turn comes late).
 */
import type { Now } from '@starling/core/now'
import { BrokenPromise } from '../broken-promise.ts'
import type { World } from '../world.ts'

/** Clocks of different machines neither agree nor run alike. */
export interface Clock {
  /** The monotonic clock begins anywhere and runs a little fast or slow. */
  readonly startMs: number
  readonly rate: number
  /** May jump at any time. */
  wallOffsetMs: number
}

const wallStartMs = 1_800_000_000_000

export type Input = (now: Now) => void

export abstract class Process {
  readonly name: string
  readonly clock: Clock
  /** A starved process comes to its turn so late. */
  turnDelayMs = 0
  protected readonly world: World
  readonly #tickMs: number
  #isUp = false
  #freezes = 0
  #life = 0
  #inputs: Input[] = []
  #isTurnPlanned = false

  constructor(world: World, options: { name: string; clock: Clock; tickMs: number }) {
    this.world = world
    this.name = options.name
    this.clock = options.clock
    this.#tickMs = options.tickMs
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get isFrozen(): boolean {
    return this.#freezes > 0
  }

  /** How often it was started; tells the lives of one process apart. */
  get life(): number {
    return this.#life
  }

  get now(): Now {
    const { startMs, rate, wallOffsetMs } = this.clock
    return {
      ms: startMs + this.world.nowMs * rate,
      wallMs: Math.floor(wallStartMs + this.world.nowMs + wallOffsetMs),
    }
  }

  start(): void {
    if (this.#isUp) return
    this.#isUp = true
    this.#life++
    this.#inputs = []
    this.#isTurnPlanned = false
    this.world.trace.line(this.name, () => 'starts')
    this.boot()
    this.#tickLater(this.#life)
  }

  /** `isSudden`: its machine lost power, so that its connections say nothing of it. */
  kill(isSudden: boolean): void {
    if (!this.#isUp) return
    this.world.trace.line(this.name, () => (isSudden ? 'loses power' : 'is killed'))
    this.#isUp = false
    this.#freezes = 0
    this.#inputs = []
    this.died(isSudden)
  }

  freeze(): void {
    this.#freezes++
    if (this.#freezes > 1) return
    this.world.trace.line(this.name, () => 'freezes')
    this.setReading(false)
  }

  thaw(): void {
    if (this.#freezes === 0) return
    this.#freezes--
    if (this.#freezes > 0) return
    this.world.trace.line(this.name, () => 'thaws')
    this.setReading(true)
    this.#planTurn()
  }

  protected abstract boot(): void
  protected abstract died(isSudden: boolean): void
  /** Whether its sockets take in what comes. */
  protected abstract setReading(isReading: boolean): void
  protected abstract tick(now: Now): void
  /** Drains the node and performs what it returns. */
  protected abstract perform(now: Now): void

  /** To be given to the node in the next turn. */
  protected give(input: Input): void {
    if (!this.#isUp) return
    this.#inputs.push(input)
    this.#planTurn()
  }

  /** Like `give`, for what a later act of this life gives. */
  protected later(delayMs: number, input: Input): void {
    const life = this.#life
    this.world.after(delayMs, () => {
      if (this.#life === life) this.give(input)
    })
  }

  #planTurn(): void {
    if (this.#isTurnPlanned || this.isFrozen || this.#inputs.length === 0) return
    this.#isTurnPlanned = true
    const life = this.#life
    this.world.after(this.turnDelayMs, () => {
      if (life !== this.#life || !this.#isUp) return
      this.#isTurnPlanned = false
      if (!this.isFrozen) this.#turn()
    })
  }

  #turn(): void {
    const inputs = this.#inputs
    this.#inputs = []
    const now = this.now
    try {
      for (const input of inputs) input(now)
      this.perform(now)
    } catch (error) {
      if (error instanceof BrokenPromise || !(error instanceof Error)) throw error
      const where = error.stack?.split('\n').slice(0, 4).join(' ') ?? error.message
      throw new BrokenPromise('P8', `${this.name} fell: ${where}`)
    }
  }

  #tickLater(life: number): void {
    this.world.after(this.#tickMs, () => {
      if (life !== this.#life || !this.#isUp) return
      if (!this.isFrozen) this.give((now) => this.tick(now))
      this.#tickLater(life)
    })
  }
}
