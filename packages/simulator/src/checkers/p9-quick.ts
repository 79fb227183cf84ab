/**
 * P9: the loss of a backend is hardly felt. From the moment when one is lost in an otherwise
 * healthy cluster, every send that goes out on a connection that holds is answered on it soon, and
 * the front-end's resending keeps the order of each outbox, so that no client hears `out-of-turn`.
 *
 * The limit is that of a backend that hangs, with room for a second one that is asked in vain.
 */
import { backendTuning } from '@starling/core/backend/backend-io'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'

const answerMsMax = 5_000

export class QuickChecker implements Checker {
  readonly #cluster: Cluster
  /** Connection, outbox and number → when it went out. */
  readonly #sentMs = new Map<string, number>()
  /**
   * Connection and outbox: one of its sends was put off, so that those behind it are out of turn.
   */
  readonly #putOff = new Set<string>()
  #isOn = false

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** All is well but for the backend that is lost now. */
  begin(): void {
    this.#isOn = true
  }

  see(seen: Observation): void {
    this.#noteRefusal(seen)
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
    if (sentMs === undefined) {
      // Sent before: what went out behind it shares its fate.
      if (frame.t === 'refused') this.#putOff.add(`${socket} ${frame.outbox}`)
      return
    }
    const tookMs = Math.round(this.#cluster.world.nowMs - sentMs)
    if (tookMs > answerMsMax) {
      throw new BrokenPromise('P9', `${client} waits ${tookMs} ms for ${key}`)
    }
    if (frame.t === 'refused' && frame.code === 'out-of-turn' && this.#isInOrder(key)) {
      throw new BrokenPromise('P9', `${client} hears out-of-turn for ${key}`)
    }
  }

  atRest(): void {
    // Judged at every answer.
  }

  #noteRefusal(seen: Observation): void {
    if (seen.kind !== 'down' || seen.frame.t !== 'refused') return
    if (seen.frame.retry !== 'later' && seen.frame.retry !== 'seal') return
    this.#putOff.add(`${seen.socket} ${seen.frame.outbox}`)
  }

  /** A backend at its limit refuses one send and takes the next; that is no fault of the order. */
  #isInOrder(key: string): boolean {
    const { requestsInFlightMax } = this.#cluster.setup.backendTuning
    if (requestsInFlightMax < backendTuning.requestsInFlightMax) return false
    return !this.#putOff.has(key.slice(0, key.lastIndexOf(' ')))
  }
}
