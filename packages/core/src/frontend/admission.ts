/**
 * How many may say hello at once. A backend that is asked too much at once answers late; what is
 * late is asked of another, and so all have more to do and answer later still. So only so many
 * hellos are at the backends, and the others wait in line (waiting-line.ts): sessions that are in
 * already do not wait behind thousands that come back.
 *
 * Known devices and those who are new have lines of their own, since only the log can let in a new
 * one (P9). A line's clock stands still while nobody can serve it: in an outage nobody is refused.
 */
import type { Chance, Now } from '../now.ts'
import type { BackendMonitor } from './backend-monitor.ts'
import type { FrontendTuning } from './frontend-io.ts'
import type { Session } from './session.ts'
import { WaitingLine } from './waiting-line.ts'

export type Newcomer = 'known' | 'new'

export interface Arrival {
  readonly session: Session
  /** Asks a backend. */
  readonly go: (now: Now) => void
  /** It was in line for too long. */
  readonly refuse: (retryMs: number) => void
}

export interface AdmissionOptions {
  readonly tuning: FrontendTuning
  readonly monitor: BackendMonitor
  readonly chance: Chance
}

export interface AdmissionFigures {
  readonly waiting: number
  readonly refusedTotal: number
}

interface Gate {
  readonly line: WaitingLine<Session>
  /** Of those in line. */
  readonly arrivals: Map<Session, Arrival>
  readonly inFlight: Set<Session>
  readonly inFlightMax: number
  readonly isServed: () => boolean
  /** For how long nobody could serve it, all in all. */
  pausedMs: number
  isLetting: boolean
}

export class Admission {
  readonly #gates: Readonly<Record<Newcomer, Gate>>
  readonly #all: readonly Gate[]
  #tickedMs: number | undefined

  constructor({ tuning, monitor, chance }: AdmissionOptions) {
    const { helloesWaitingMax: waitingMax, helloWaitMsMax: waitMsMax } = tuning
    const gate = (inFlightMax: number, isServed: () => boolean): Gate => ({
      line: new WaitingLine({ waitingMax, waitMsMax, chance }),
      arrivals: new Map(),
      inFlight: new Set(),
      inFlightMax,
      isServed,
      pausedMs: 0,
      isLetting: false,
    })
    this.#gates = {
      known: gate(tuning.knownHelloesInFlightMax, () => monitor.readable.length > 0),
      new: gate(tuning.newHelloesInFlightMax, () => monitor.active.length > 0),
    }
    this.#all = [this.#gates.known, this.#gates.new]
  }

  figures(): AdmissionFigures {
    const sum = (of: (gate: Gate) => number) => this.#all.reduce((all, gate) => all + of(gate), 0)
    return {
      waiting: sum(({ line }) => line.size),
      refusedTotal: sum(({ line }) => line.refusedTotal),
    }
  }

  /** Lets it go on now or when its turn comes, or has it refused. */
  enter(now: Now, who: Newcomer, arrival: Arrival): void {
    const gate = this.#gates[who]
    const retryMs = gate.line.join(now.ms - gate.pausedMs, arrival.session)
    if (retryMs !== undefined) return arrival.refuse(retryMs)
    gate.arrivals.set(arrival.session, arrival)
    this.#letIn(now, gate)
  }

  /** It was answered, or is gone. `letIn` is due. */
  leave(session: Session): void {
    for (const gate of this.#all) {
      if (gate.arrivals.delete(session)) gate.line.leave(session)
      gate.inFlight.delete(session)
    }
  }

  letIn(now: Now): void {
    for (const gate of this.#all) this.#letIn(now, gate)
  }

  tick(now: Now): void {
    const passedMs = now.ms - (this.#tickedMs ?? now.ms)
    this.#tickedMs = now.ms
    for (const gate of this.#all) {
      if (!gate.isServed()) gate.pausedMs += passedMs
      for (const { item, retryMs } of gate.line.takeOverdue(now.ms - gate.pausedMs)) {
        const arrival = gate.arrivals.get(item)
        gate.arrivals.delete(item)
        arrival?.refuse(retryMs)
      }
      this.#letIn(now, gate)
    }
  }

  /** What goes may be answered at once, which lets in the next: a loop, or it would be as deep. */
  #letIn(now: Now, gate: Gate): void {
    if (gate.isLetting) return
    gate.isLetting = true
    while (gate.inFlight.size < gate.inFlightMax) {
      const session = gate.line.take(now.ms - gate.pausedMs)
      if (session === undefined) break
      const arrival = gate.arrivals.get(session)
      gate.arrivals.delete(session)
      gate.inFlight.add(session)
      arrival?.go(now)
    }
    gate.isLetting = false
  }
}
