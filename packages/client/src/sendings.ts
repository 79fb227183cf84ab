/** Who waits for what became of a send. */
import type { OutboxItem } from '@starling/core/client/client-io'
import type { Refusal, Result, Sending, Sent } from './api.ts'

type Settle = (result: Result<Sent>) => void

export class Sendings {
  readonly #waiting = new Map<string, Settle>()

  of(item: OutboxItem): Sending {
    const { refused } = item
    if (refused !== undefined) {
      return { item, settled: Promise.resolve({ ok: false, ...refused }) }
    }
    const settled = new Promise<Result<Sent>>((settle) => this.#waiting.set(keyOf(item), settle))
    return { item, settled }
  }

  acked(item: OutboxItem, sent: Sent): void {
    this.#settle(item, { ok: true, value: sent })
  }

  refused(item: OutboxItem, refusal: Omit<Refusal, 'ok'>): void {
    this.#settle(item, { ok: false, ...refusal })
  }

  renamed(item: OutboxItem, to: OutboxItem): void {
    const settle = this.#waiting.get(keyOf(item))
    if (settle === undefined) return
    this.#waiting.delete(keyOf(item))
    this.#waiting.set(keyOf(to), settle)
  }

  #settle(item: OutboxItem, result: Result<Sent>): void {
    this.#waiting.get(keyOf(item))?.(result)
    this.#waiting.delete(keyOf(item))
  }
}

function keyOf({ outbox, number }: OutboxItem): string {
  return `${outbox}:${number}`
}
