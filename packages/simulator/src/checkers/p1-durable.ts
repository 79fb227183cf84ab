/**
 * P1: an acknowledged message is never lost. A backend answers only what stands in the log and in
 * its own store; and what a client was told is acknowledged stands, in the end, in every store.
 */
import type { Composed } from '@starling/core/client/client-io'
import type { Entry } from '@starling/protocol/entry'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import type { SealedTruth } from './sealed-truth.ts'
import { type SendName, sendKey, storesUp } from './sends.ts'

interface Acked extends SendName {
  readonly client: string
  readonly index: number
  readonly op: Composed
}

export class DurableChecker implements Checker {
  readonly #cluster: Cluster
  readonly #truth: SealedTruth
  readonly #landed = new Set<string>()
  readonly #acked: Acked[] = []

  constructor(cluster: Cluster, truth: SealedTruth) {
    this.#cluster = cluster
    this.#truth = truth
  }

  see(seen: Observation): void {
    if (seen.kind === 'landed') {
      for (const op of seen.logged.record.ops) {
        if (op.kind === 'room') this.#landed.add(sendKey(op))
      }
    } else if (seen.kind === 'replied') this.#seeReply(seen)
    else if (seen.kind === 'event' && seen.event.kind === 'acked') {
      const { item, index } = seen.event
      if (!this.#landed.has(sendKey(item))) {
        throw new BrokenPromise(
          'P1',
          `${seen.client} has an ack of ${sendKey(item)}: not in the log`,
        )
      }
      if (!makesItsOwnEntry(item.op)) return
      const { room, outbox, number } = item
      this.#acked.push({ client: seen.client, room, outbox, number, index, op: item.op })
    }
  }

  atRest(cluster: Cluster): void {
    for (const { name, store } of storesUp(cluster)) {
      for (const acked of this.#acked) {
        const entry = store.entry(acked.room, acked.index)
        const isThere = entry?.outbox === acked.outbox && entry.number === acked.number
        if (isThere && this.#isWhole(entry, acked.op)) continue
        const found = JSON.stringify(entry)
        throw new BrokenPromise('P1', `${name} lost ${sendKey(acked)}, acknowledged: ${found}`)
      }
    }
  }

  #isWhole(entry: Entry, op: Composed): boolean {
    if (entry.kind === 'sealed') {
      return JSON.stringify(this.#truth.contentOf(entry)) === JSON.stringify(op)
    }
    if (entry.kind !== 'post') return true
    if (entry.editedAt !== undefined || entry.deletedBy !== undefined) return true
    return op.kind === 'post' && entry.text === op.text
  }

  #seeReply({ backend, body, reply }: Extract<Observation, { kind: 'replied' }>): void {
    if (body.kind !== 'send' || reply.kind !== 'sent') return
    if (!this.#landed.has(sendKey(body))) {
      throw new BrokenPromise('P1', `${backend} answers ${sendKey(body)}: not in the log`)
    }
    const { store } = this.#cluster.backend(backend)
    const sent = store.sent(body.room, body.outbox, body.number)
    if (makesItsOwnEntry(body.op) && sent?.index !== reply.index) {
      throw new BrokenPromise('P1', `${backend} answers ${sendKey(body)}: not in its store`)
    }
  }
}

/**
 * Opening a direct conversation that is there already is answered with the entry that opened it.
 */
function makesItsOwnEntry(op: { readonly kind: string }): boolean {
  return op.kind !== 'direct'
}
