/**
 * A device that was revoked stays out: no store knows it in the end, however late its own earlier
 * requests arrive, and it is not online. A backend that lags may welcome it once more, until the
 * news reaches it; so long after the answer to the revocation none does.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import { fakeSha256 } from '../random.ts'
import type { Checker } from './checker.ts'
import { storesUp } from './sends.ts'

/** Longer than any fault lasts. */
const newsMsMax = 10_000

export class RevokedChecker implements Checker {
  readonly #cluster: Cluster
  readonly #asked = new Map<string, string>()
  /** Device → when its revocation was answered. */
  readonly #revokedMs = new Map<string, number>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  see(seen: Observation): void {
    if (seen.kind === 'client-started') {
      // Questions do not outlive the client's process, and are counted anew.
      for (const key of this.#asked.keys()) {
        if (key.startsWith(`${seen.client} `)) this.#asked.delete(key)
      }
    }
    if (seen.kind === 'asked' && seen.question.t === 'revoke') {
      this.#asked.set(`${seen.client} ${seen.ask}`, seen.question.device)
    }
    if (seen.kind === 'answered' && seen.result.ok) {
      const device = this.#asked.get(`${seen.client} ${seen.ask}`)
      if (device !== undefined) this.#revokedMs.set(device, this.#cluster.world.nowMs)
    }
    if (seen.kind !== 'down' || seen.frame.t !== 'welcome') return
    const sinceMs = this.#revokedMs.get(this.#deviceOf(seen.client))
    if (sinceMs !== undefined && this.#cluster.world.nowMs - sinceMs > newsMsMax) {
      throw new BrokenPromise('revoked', `${seen.client} was revoked and is welcomed`)
    }
  }

  atRest(cluster: Cluster): void {
    for (const client of cluster.clients) {
      if (client.isOnline && this.#revokedMs.has(this.#deviceOf(client.name))) {
        throw new BrokenPromise('revoked', `${client.name} was revoked and is online`)
      }
    }
    for (const { name, store } of storesUp(cluster)) {
      for (const device of this.#revokedMs.keys()) {
        if (store.device(device) === undefined) continue
        throw new BrokenPromise('revoked', `${name} still knows the revoked device ${device}`)
      }
    }
  }

  #deviceOf(client: string): string {
    return fakeSha256(this.#cluster.client(client).token)
  }
}
