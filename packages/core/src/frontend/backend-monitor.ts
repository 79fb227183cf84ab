/**
 * Which backend may be asked. Health is more than a live socket: a backend is active while its link
 * is open, it speaks (health comes several times a second; any frame is a sign of life), it can
 * append to the log and it does not drain. Silence is measured by the awake clock, so that a
 * front-end that was itself held up does not take all backends for dead. After a silence only fresh
 * health counts: a backend is not well again because old answers were still on the wire.
 */
import type { Health, Rank } from '../link/down.ts'
import { linkVersion } from '../link/up.ts'
import type { Position } from '../log/record.ts'
import type { AwakeClock } from './awake-clock.ts'
import type { BackendStatus } from './frontend-io.ts'

interface Watched {
  readonly name: string
  readonly rank: Rank
  isLinked: boolean
  /** Why its hello was not accepted; empty when it was, or has not come. */
  misfit: string
  heardMs: number
  health: Health | undefined
  status: BackendStatus
  why: string
}

export class BackendMonitor {
  readonly #clock: AwakeClock
  readonly #silenceMsMax: number
  readonly #backends = new Map<string, Watched>()
  /** Grows with every change of a status. */
  version = 0
  #active: readonly string[] = []
  #readable: readonly string[] = []
  /** The greatest position that any backend has shown; new sessions read from there on (P6). */
  position: Position = 0

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
        status: 'down',
        why: 'not connected yet',
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

  /** Those that can be asked to read: the active, or where none is, those cut off from the log. */
  get readable(): readonly string[] {
    return this.#readable
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
    this.reached(health.position)
    watched.heardMs = this.#clock.ms
    this.#judge(watched)
  }

  /** Any frame: it lives, unless it was given up already. */
  heard(backend: string): void {
    const watched = this.#backends.get(backend)
    if (watched !== undefined && watched.status !== 'silent') watched.heardMs = this.#clock.ms
  }

  reached(position: Position): void {
    this.position = Math.max(this.position, position)
  }

  tick(): void {
    for (const watched of this.#backends.values()) this.#judge(watched)
  }

  #judge(watched: Watched): void {
    const [status, why] = this.#verdict(watched)
    watched.why = why
    if (watched.status === status) return
    watched.status = status
    this.version += 1
    this.#active = this.#withStatus('active')
    this.#readable = this.#active.length > 0 ? this.#active : this.#withStatus('cut-off')
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
}
