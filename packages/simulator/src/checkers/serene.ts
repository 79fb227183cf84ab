/**
 * For runs without any fault, in which nothing may go wrong even for a moment: no send is refused
 * for its turn or for want of a backend, no client finds a hole, and every send is answered
 * quickly. Mechanisms that only save others from being needed show here when they are gone.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import { sendKey } from './sends.ts'
import { StaleSends } from './stale-sends.ts'

const answerMsMax = 2_000

export class SereneChecker implements Checker {
  readonly #cluster: Cluster
  /** Connection and send → when it went out. */
  readonly #stale = new StaleSends()
  readonly #sentMs = new Map<string, number>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  see(seen: Observation): void {
    if (seen.kind === 'up' && seen.frame.t === 'follow') {
      throw new BrokenPromise('serene', `${seen.client} found a hole in ${seen.frame.room}`)
    }
    if (seen.kind === 'up' && seen.frame.t === 'send') {
      const key = sendKey(seen.frame)
      if (!this.#sentMs.has(key)) this.#sentMs.set(key, this.#cluster.world.nowMs)
    }
    if (seen.kind !== 'down') return
    const { client, frame, socket } = seen
    if (frame.t === 'refused') this.#stale.see(frame)
    if (frame.t === 'refused' && (frame.code === 'out-of-turn' || frame.code === 'unavailable')) {
      if (frame.outbox === 'bad' || this.#stale.isBehind(frame)) return
      throw new BrokenPromise('serene', `${client} hears ${frame.code} for ${sendKey(frame)}`)
    }
    if (frame.t !== 'ack') return
    const sentMs = this.#sentMs.get(`${socket} ${sendKey(frame)}`)
    const tookMs = Math.round(this.#cluster.world.nowMs - (sentMs ?? this.#cluster.world.nowMs))
    if (tookMs > answerMsMax) {
      throw new BrokenPromise('serene', `${client} waits ${tookMs} ms for ${sendKey(frame)}`)
    }
  }

  atRest(): void {
    // Judged at every moment.
  }
}
