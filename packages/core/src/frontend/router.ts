/**
 * Asks the balancing policy, and keeps what it needs to know: each client's own backend, and how
 * many clients each backend has that way. A client whose own is gone gets a new one for good; one
 * whose own has no log for a moment does not, or each election would leave all clients with the
 * backend that had the log again first.
 */
import type { Chance } from '../now.ts'
import type { BackendMonitor } from './backend-monitor.ts'
import type { BalancingPolicy, Candidate, Decision } from './balancing/policy.ts'
import { Counts } from './counts.ts'
import type { Session } from './session.ts'

export interface RouterOptions {
  readonly policy: BalancingPolicy
  readonly chance: Chance
  readonly monitor: BackendMonitor
  readonly inFlightMax: number
  readonly loadOf: (backend: string) => { readonly inFlight: number; readonly latencyMs: number }
  readonly feedOf: (room: string) => string | undefined
}

export interface About {
  /** Code points of a posted or edited text. */
  readonly characters?: number
  readonly room?: string
}

export class Router {
  readonly decisions = new Counts()
  readonly #options: RouterOptions
  readonly #clients = new Map<string, number>()

  constructor(options: RouterOptions) {
    this.#options = options
  }

  /** Clients that have the backend as their own. */
  clientsOf(backend: string): number {
    return this.#clients.get(backend) ?? 0
  }

  choose(session: Session, about: About, backends: readonly string[]): Decision | undefined {
    if (backends.length === 0) return undefined
    const { policy, chance } = this.#options
    const own = this.#homeOf(session)
    const feed = about.room === undefined ? undefined : this.#options.feedOf(about.room)
    return policy.choose(
      this.#candidates(backends),
      {
        ...about,
        ...(own === undefined ? {} : { own }),
        ...(feed === undefined ? {} : { feed }),
      },
      chance,
    )
  }

  forget(session: Session): void {
    this.#settle(session, undefined)
  }

  #homeOf(session: Session): string | undefined {
    const { monitor, policy, chance } = this.#options
    const { own } = session
    if (own !== undefined) {
      if (monitor.readable.includes(own) || monitor.isBrieflyCutOff(own)) return own
    }
    const home = policy.home(this.#candidates(monitor.readable), chance)
    if (home === undefined || session.isClosed) return session.own
    this.decisions.add(session.own === undefined ? home.reason : 'own: gone')
    this.#settle(session, home.backend)
    return session.own
  }

  #settle(session: Session, own: string | undefined): void {
    if (session.own !== undefined) {
      this.#clients.set(session.own, this.clientsOf(session.own) - 1)
    }
    if (own !== undefined) this.#clients.set(own, this.clientsOf(own) + 1)
    session.own = own
  }

  #candidates(backends: readonly string[]): readonly Candidate[] {
    const { monitor, loadOf, inFlightMax } = this.#options
    return backends.map((name) => {
      const { inFlight, latencyMs } = loadOf(name)
      return {
        name,
        rank: monitor.rankOf(name),
        clients: this.clientsOf(name),
        inFlight: Math.max(inFlight, monitor.healthOf(name)?.inFlight ?? 0),
        inFlightMax,
        latencyMs,
      }
    })
  }
}
