/**
 * P7: every queue keeps its limit. Judged by the nodes' own figures and by what passes between
 * them: records and appends in flight, unacknowledged sends on a connection. (That nothing is sent
 * to a client whose socket is full is judged where it is sent, in `FrontendProcess`.)
 */
import type { FrontendFigures } from '@starling/core/frontend/frontend-io'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster, ClusterSetup } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'

/**
 * What a front-end asks for a session by itself: who it is, and reading in a few rooms at a time.
 */
const ownRequestsMax = 5
/** What a backend puts into the log by itself: its settings. */
const ownOperationsMax = 1

export class BoundedChecker implements Checker {
  readonly #setup: ClusterSetup
  /** Connection and outbox → numbers sent and not answered. */
  readonly #unanswered = new Map<string, Set<number>>()

  constructor(cluster: Cluster) {
    this.#setup = cluster.setup
  }

  see(seen: Observation): void {
    const { frontendTuning, backendTuning } = this.#setup
    switch (seen.kind) {
      case 'frontend-figures':
        return this.#hold(seen.frontend, {
          what: 'sessionRequestsMax of all sessions',
          is: unansweredOf(seen.figures),
          most: seen.sockets * (frontendTuning.sessionRequestsMax + ownRequestsMax),
        })
      case 'backend-figures':
        return this.#hold(seen.backend, {
          what: 'requestsInFlightMax',
          is: seen.figures.inFlight,
          most: backendTuning.requestsInFlightMax + ownOperationsMax,
        })
      case 'appends':
        return this.#hold(seen.backend, {
          what: 'opsPerRecordMax',
          is: seen.record.ops.length,
          most: backendTuning.opsPerRecordMax,
        })
      case 'up':
        if (seen.frame.t !== 'send') return
        return this.#seeSend(seen.client, `${seen.socket} ${seen.frame.outbox}`, seen.frame.number)
      case 'down':
        if (seen.frame.t !== 'ack' && seen.frame.t !== 'refused') return
        this.#unanswered.get(`${seen.socket} ${seen.frame.outbox}`)?.delete(seen.frame.number)
        return
      default:
        return
    }
  }

  atRest(): void {
    // Judged at every moment.
  }

  #seeSend(client: string, lane: string, number: number): void {
    let unanswered = this.#unanswered.get(lane)
    if (unanswered === undefined) {
      unanswered = new Set()
      this.#unanswered.set(lane, unanswered)
    }
    unanswered.add(number)
    this.#hold(client, {
      what: 'sendsInFlightMax',
      is: unanswered.size,
      most: this.#setup.clientTuning.sendsInFlightMax,
    })
  }

  #hold(who: string, limit: { what: string; is: number; most: number }): void {
    if (limit.is <= limit.most) return
    throw new BrokenPromise('P7', `${who} has ${limit.is}, ${limit.what} is ${limit.most}`)
  }
}

function unansweredOf({ waiting, backends }: FrontendFigures): number {
  return backends.reduce((sum, backend) => sum + backend.inFlight, waiting)
}
