/**
 * Liveness: after the calm every send that a person composed was acknowledged or refused for good,
 * and every question of a client that still runs was answered.
 */
import type { OutboxItem } from '@starling/core/client/client-io'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'

export class EverySendChecker implements Checker {
  /** Client → outbox and number → item. */
  readonly #open = new Map<string, Map<string, OutboxItem>>()

  /** Client → numbers of its unanswered questions. */
  readonly #asked = new Map<string, Set<number>>()

  see(seen: Observation): void {
    if (seen.kind === 'client-started') this.#asked.set(seen.client, new Set())
    if (seen.kind === 'asked') this.#asked.get(seen.client)?.add(seen.ask)
    if (seen.kind === 'answered') this.#asked.get(seen.client)?.delete(seen.ask)
    if (seen.kind === 'composed' && seen.item.refused === undefined) {
      this.#of(seen.client).set(keyOf(seen.item), seen.item)
    }
    if (seen.kind !== 'event') return
    const { client, event } = seen
    if (event.kind === 'acked' || event.kind === 'refused') {
      this.#of(client).delete(keyOf(event.item))
    } else if (event.kind === 'renamed') {
      this.#of(client).delete(keyOf(event.item))
      this.#of(client).set(keyOf(event.to), event.to)
    }
  }

  /** Sends of one client that are not settled. */
  openSends(client: string): number {
    return this.#of(client).size
  }

  /** Sends of clients that can still be settled. */
  isSettled(cluster: Cluster): boolean {
    return cluster.clients.every(
      (client) =>
        client.isRefused ||
        (this.#of(client.name).size === 0 && this.#asked.get(client.name)?.size === 0),
    )
  }

  atRest(cluster: Cluster): void {
    for (const client of cluster.clients) {
      const first = [...this.#of(client.name).keys()][0]
      if (client.isRefused) continue
      const [ask] = this.#asked.get(client.name) ?? []
      if (ask !== undefined) {
        throw new BrokenPromise('calm', `${client.name} waits for the answer to ${ask} for ever`)
      }
      if (first === undefined) continue
      throw new BrokenPromise('calm', `${client.name} waits for ${first} for ever`)
    }
  }

  #of(client: string): Map<string, OutboxItem> {
    let open = this.#open.get(client)
    if (open === undefined) {
      open = new Map()
      this.#open.set(client, open)
    }
    return open
  }
}

function keyOf(item: OutboxItem): string {
  return `${item.room} ${item.outbox}#${item.number}`
}
