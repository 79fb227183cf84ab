/**
 * Which backend may be asked. Health is more than a live socket: a backend is active while its link
 * is open, it speaks (health comes several times a second; any frame is a sign of life), it can
 * append to the log and it does not drain. Silence is measured by the awake clock, so that a
 * front-end that was itself held up does not take all backends for dead. After a silence only fresh
 * health counts: a backend is not well again because old answers were still on the wire.
 *
 * A backend that is cut off from the log is of no use while another is active. When none is, the
 * engine elects a leader or is down: an *outage*. Then those that were cut off together are read
 * from; who lost the log long before them lacks what they have. When the outage is over, not all
 * reach the log in the same instant: for a moment the others count as expected back.
 */
import type { Health, Rank } from '../link/down.ts'
import { linkVersion } from '../link/up.ts'
import type { Position } from '../log/record.ts'
import type { AwakeClock } from './awake-clock.ts'
import type { BackendStatus } from './frontend-io.ts'

/** Backends that an outage takes lose the log within so long of each other. */
const cutOffTogetherMsMax = 10_000
/** After an outage the backends that still have no log are expected back for so long. */
const expectedBackMsMax = 1_000

interface Watched {
  readonly name: string
  readonly rank: Rank
  isLinked: boolean
  /** Why its hello was not accepted; empty when it was, or has not come. */
  misfit: string
  heardMs: number
  health: Health | undefined
  /** The greatest that it has shown since its link opened. */
  position: Position
  status: BackendStatus
  why: string
  /** When it was active last. */
  activeMs: number
}

export class BackendMonitor {
  readonly #clock: AwakeClock
  readonly #silenceMsMax: number
  readonly #backends = new Map<string, Watched>()
  /** Grows with every change of a status. */
  version = 0
  #active: readonly string[] = []
  #readable: readonly string[] = []
  #position: Position = 0
  /** When there was no active backend last, though some could be read from. */
  #outageMs = Number.NEGATIVE_INFINITY
  #areSomeExpected = false

  constructor(options: {
    readonly clock: AwakeClock
    readonly silenceMsMax: number
    readonly backends: readonly { readonly name: string; readonly rank: Rank }[]
  }) {
    this.#clock = options.clock
    this.#silenceMsMax = options.silenceMsMax
    for (const { name, rank } of options.backends) {
      this.#backends.set(name, {
        name,
        rank,
        isLinked: false,
        misfit: '',
        heardMs: 0,
        health: undefined,
        position: 0,
        status: 'down',
        why: 'not connected yet',
        activeMs: Number.NEGATIVE_INFINITY,
      })
    }
  }

  /** In the order of the configuration. */
  get names(): readonly string[] {
    return [...this.#backends.keys()]
  }

  /** Those that can be asked anything, in the order of the configuration. */
  get active(): readonly string[] {
    return this.#active
  }

  /** Those that can be asked to read: the active, or where none is, those cut off together. */
  get readable(): readonly string[] {
    return this.#readable
  }

  /** Those that can be asked to read, but there is no log. */
  get isOutage(): boolean {
    return this.#active.length === 0 && this.#readable.length > 0
  }

  /**
   * New sessions read from here on: the greatest position that any backend has shown (P6). In an
   * outage nobody comes up with what only a lost backend had, so it is the greatest of those there.
   */
  get position(): Position {
    if (!this.isOutage) return this.#position
    return Math.max(...this.#readable.map((name) => this.#backends.get(name)!.position))
  }

  /** Those that can be asked to read; in an outage, those that have come so far, if any has. */
  readableAt(position: Position): readonly string[] {
    if (!this.isOutage) return this.#readable
    const there = this.#readable.filter((name) => this.#backends.get(name)!.position >= position)
    return there.length > 0 ? there : this.#readable
  }

  /** It has no log only since an outage that goes on, or has just ended: it will have it again. */
  isExpectedBack(backend: string): boolean {
    if (this.statusOf(backend) !== 'cut-off') return false
    return this.isOutage || this.#clock.ms - this.#outageMs <= expectedBackMsMax
  }

  /** It was active a moment ago, or is expected back. */
  isBrieflyCutOff(backend: string): boolean {
    const watched = this.#backends.get(backend)
    if (watched?.status !== 'cut-off') return false
    const lacksMs = this.#clock.ms - watched.activeMs
    return lacksMs <= cutOffTogetherMsMax || this.isExpectedBack(backend)
  }

  knows(backend: string): boolean {
    return this.#backends.has(backend)
  }

  rankOf(backend: string): Rank {
    return this.#backends.get(backend)?.rank ?? 'secondary'
  }

  isLinked(backend: string): boolean {
    return this.#backends.get(backend)?.isLinked === true
  }

  statusOf(backend: string): BackendStatus {
    return this.#backends.get(backend)?.status ?? 'down'
  }

  whyOf(backend: string): string {
    return this.#backends.get(backend)?.why ?? 'not in the configuration'
  }

  healthOf(backend: string): Health | undefined {
    return this.#backends.get(backend)?.health
  }

  linkOpened(backend: string): void {
    const watched = this.#backends.get(backend)
    if (watched === undefined) return
    watched.isLinked = true
    watched.misfit = ''
    watched.health = undefined
    watched.position = 0
    watched.heardMs = this.#clock.ms
    this.#judge(watched)
  }

  linkClosed(backend: string): void {
    const watched = this.#backends.get(backend)
    if (watched === undefined) return
    watched.isLinked = false
    watched.health = undefined
    this.#judge(watched)
  }

  hello(backend: string, hello: { readonly version: number; readonly backend: string }): void {
    const watched = this.#backends.get(backend)
    if (watched === undefined) return
    if (hello.version !== linkVersion) {
      watched.misfit = `speaks link version ${hello.version}, this front-end ${linkVersion}`
    } else if (hello.backend !== backend) {
      watched.misfit = `the server at its address calls itself ${hello.backend}`
    }
    this.#judge(watched)
  }

  health(backend: string, health: Health): void {
    const watched = this.#backends.get(backend)
    if (watched?.isLinked !== true) return
    watched.health = health
    this.reached(backend, health.position)
    watched.heardMs = this.#clock.ms
    this.#judge(watched)
  }

  /** Any frame: it lives, unless it was given up already. */
  heard(backend: string): void {
    const watched = this.#backends.get(backend)
    if (watched !== undefined && watched.status !== 'silent') watched.heardMs = this.#clock.ms
  }

  /** The backend has shown that it holds the state up to here. */
  reached(backend: string, position: Position): void {
    const watched = this.#backends.get(backend)
    if (watched !== undefined) watched.position = Math.max(watched.position, position)
    this.#position = Math.max(this.#position, position)
  }

  tick(): void {
    for (const watched of this.#backends.values()) this.#judge(watched)
    if (this.isOutage) this.#outageMs = this.#clock.ms
    else if (this.#areSomeExpected && this.#clock.ms - this.#outageMs > expectedBackMsMax) {
      this.#areSomeExpected = false
      this.version += 1
    }
  }

  #judge(watched: Watched): void {
    const [status, why] = this.#verdict(watched)
    watched.why = why
    if (watched.status === 'active') watched.activeMs = this.#clock.ms
    if (watched.status === status) return
    watched.status = status
    this.version += 1
    if (this.isOutage) {
      this.#outageMs = this.#clock.ms
      this.#areSomeExpected = true
    }
    this.#active = this.#withStatus('active')
    this.#readable = this.#active.length > 0 ? this.#active : this.#cutOffTogether()
  }

  #verdict({ isLinked, misfit, health, heardMs }: Watched): [BackendStatus, string] {
    if (!isLinked) return ['down', 'no connection']
    if (misfit !== '') return ['down', misfit]
    if (health === undefined) return ['silent', 'no health yet']
    const silentMs = this.#clock.ms - heardMs
    if (silentMs > this.#silenceMsMax) return ['silent', `no health for ${Math.round(silentMs)} ms`]
    if (health.isDraining) return ['draining', 'is about to stop']
    if (!health.canAppend) return ['cut-off', `cannot append: ${health.why}`]
    return ['active', '']
  }

  #withStatus(status: BackendStatus): readonly string[] {
    const found = [...this.#backends.values()].filter((watched) => watched.status === status)
    return found.map((watched) => watched.name)
  }

  #cutOffTogether(): readonly string[] {
    const cutOff = this.#withStatus('cut-off').map((name) => this.#backends.get(name)!)
    const lastMs = Math.max(...cutOff.map(({ activeMs }) => activeMs))
    const isRecent = ({ activeMs }: Watched) => activeMs >= lastMs - cutOffTogetherMsMax
    return cutOff.filter(isRecent).map(({ name }) => name)
  }
}
