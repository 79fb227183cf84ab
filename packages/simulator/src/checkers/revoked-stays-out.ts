/**
 * A device that was revoked stays out: after the answer to the revocation no connection of it is
 * welcomed, and no store knows it in the end, however late its own earlier requests arrive.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import { fakeSha256 } from '../random.ts'
import type { Checker } from './checker.ts'
import { storesUp } from './sends.ts'

export class RevokedChecker implements Checker {
  readonly #cluster: Cluster
  readonly #asked = new Map<string, string>()
  /** Devices revoked. */
  readonly #revoked = new Set<string>()
  /** Connections that said hello before. */
  readonly #greeted = new Set<string>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  see(seen: Observation): void {
    if (seen.kind === 'asked' && seen.question.t === 'revoke') {
      this.#asked.set(`${seen.client} ${seen.ask}`, seen.question.device)
    }
    if (seen.kind === 'answered' && seen.result.ok) {
      const device = this.#asked.get(`${seen.client} ${seen.ask}`)
      if (device !== undefined) this.#revoked.add(device)
    }
    if (seen.kind === 'up' && seen.frame.t === 'hello' && !this.#isRevoked(seen.client)) {
      this.#greeted.add(seen.socket)
    }
    if (seen.kind !== 'down' || seen.frame.t !== 'welcome') return
    if (this.#isRevoked(seen.client) && !this.#greeted.has(seen.socket)) {
      throw new BrokenPromise('revoked', `${seen.client} was revoked and is welcomed`)
    }
  }

  atRest(cluster: Cluster): void {
    for (const { name, store } of storesUp(cluster)) {
      for (const device of this.#revoked) {
        if (store.device(device) === undefined) continue
        throw new BrokenPromise('revoked', `${name} still knows the revoked device ${device}`)
      }
    }
  }

  #isRevoked(client: string): boolean {
    return this.#revoked.has(fakeSha256(this.#cluster.client(client).token))
  }
}
