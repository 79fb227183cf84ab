/**
 * P1: an acknowledged message is never lost. A backend answers only what stands in the log and in
 * its own store; and what a client was told is acknowledged stands, in the end, in every store.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import { type SendName, sendKey, storesUp } from './sends.ts'

interface Acked extends SendName {
  readonly client: string
  readonly index: number
  readonly text: string | undefined
}

export class DurableChecker implements Checker {
  readonly #cluster: Cluster
  readonly #landed = new Set<string>()
  readonly #acked: Acked[] = []

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  see(seen: Observation): void {
    if (seen.kind === 'landed') {
      for (const op of seen.logged.record.ops) {
        if (op.kind === 'room') this.#landed.add(sendKey(op))
      }
    } else if (seen.kind === 'replied') this.#seeReply(seen)
    else if (seen.kind === 'event' && seen.event.kind === 'acked') {
      const { item, index } = seen.event
      const text = item.op.kind === 'post' ? item.op.text : undefined
      if (!this.#landed.has(sendKey(item))) {
        throw new BrokenPromise(
          'P1',
          `${seen.client} has an ack of ${sendKey(item)}: not in the log`,
        )
      }
      if (!makesItsOwnEntry(item.op)) return
      const { room, outbox, number } = item
      this.#acked.push({ client: seen.client, room, outbox, number, index, text })
    }
  }

  atRest(cluster: Cluster): void {
    for (const { name, store } of storesUp(cluster)) {
      for (const acked of this.#acked) {
        const entry = store.entry(acked.room, acked.index)
        const isThere = entry?.outbox === acked.outbox && entry.number === acked.number
        const isWhole =
          entry?.kind !== 'post' ||
          entry.editedAt !== undefined ||
          entry.deletedBy !== undefined ||
          entry.text === acked.text
        if (isThere && isWhole) continue
        const found = JSON.stringify(entry)
        throw new BrokenPromise('P1', `${name} lost ${sendKey(acked)}, acknowledged: ${found}`)
      }
    }
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
