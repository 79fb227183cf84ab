/**
 * P9: the loss of a backend is hardly felt. From the moment when one is lost in an otherwise healthy
 * cluster, every send that goes out on a connection that holds is answered on it soon, and the
 * front-end's resending keeps the order of each outbox, so that no client hears `out-of-turn`.
 *
 * The limit is that of a backend that hangs, with room for a second one that is asked in vain.
 */
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'

const answerMsMax = 5_000

export class QuickChecker implements Checker {
  readonly #cluster: Cluster
  /** Connection, outbox and number → when it went out. */
  readonly #sentMs = new Map<string, number>()
  #isOn = false

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** All is well but for the backend that is lost now. */
  begin(): void {
    this.#isOn = true
  }

  see(seen: Observation): void {
    if (!this.#isOn) return
    if (seen.kind === 'up' && seen.frame.t === 'send') {
      const key = `${seen.socket} ${seen.frame.outbox} ${seen.frame.number}`
      this.#sentMs.set(key, this.#cluster.world.nowMs)
    }
    if (seen.kind !== 'down' || (seen.frame.t !== 'ack' && seen.frame.t !== 'refused')) return
    const { client, frame, socket } = seen
    const key = `${socket} ${frame.outbox} ${frame.number}`
    const sentMs = this.#sentMs.get(key)
    this.#sentMs.delete(key)
    if (sentMs === undefined) return
    const tookMs = Math.round(this.#cluster.world.nowMs - sentMs)
    if (tookMs > answerMsMax) {
      throw new BrokenPromise('P9', `${client} waits ${tookMs} ms for ${key}`)
    }
    if (frame.t === 'refused' && frame.code === 'out-of-turn' && !this.#isTight) {
      throw new BrokenPromise('P9', `${client} hears out-of-turn for ${key}`)
    }
  }

  atRest(): void {
    // Judged at every answer.
  }

  /** Where a front-end refuses for want of room, what was sent behind that is out of turn. */
  get #isTight(): boolean {
    const { sessionRequestsMax } = this.#cluster.setup.frontendTuning
    return sessionRequestsMax < frontendTuning.sessionRequestsMax
  }
}
