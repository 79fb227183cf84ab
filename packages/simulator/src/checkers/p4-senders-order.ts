/**
 * P4: messages of one outbox stand in a room in the order of their numbers; and what one client
 * wrote in a room stands there in the order in which it was written.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import type { SealedTruth } from './sealed-truth.ts'
import { entriesOf, roomsInLog, storesUp } from './sends.ts'

interface Written {
  readonly client: string
  readonly order: number
}

export class SendersOrderChecker implements Checker {
  readonly #truth: SealedTruth
  readonly #written = new Map<string, Written>()
  #order = 0

  constructor(truth: SealedTruth) {
    this.#truth = truth
  }

  see(seen: Observation): void {
    if (seen.kind !== 'composed' || seen.item.op.kind !== 'post') return
    this.#written.set(seen.item.op.text, { client: seen.client, order: this.#order++ })
  }

  atRest(cluster: Cluster): void {
    for (const { name, store } of storesUp(cluster)) {
      for (const room of roomsInLog(cluster)) {
        const numbers = new Map<string, number>()
        const orders = new Map<string, number>()
        for (const entry of entriesOf(store, room)) {
          const where = `${name}: ${room} ${entry.index}`
          if (entry.outbox !== undefined && entry.number !== undefined) {
            const last = numbers.get(entry.outbox) ?? 0
            if (entry.number <= last) {
              throw new BrokenPromise(
                'P4',
                `${where}: ${entry.outbox}#${entry.number} after ${last}`,
              )
            }
            numbers.set(entry.outbox, entry.number)
          }
          const written = this.#written.get(this.#truth.textOf(entry) ?? '')
          if (written === undefined) continue
          if ((orders.get(written.client) ?? -1) > written.order) {
            throw new BrokenPromise('P4', `${where} was written before what stands above it`)
          }
          orders.set(written.client, written.order)
        }
      }
    }
  }
}
