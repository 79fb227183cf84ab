/**
 * How far back in a room the keys of this device reach. What is hidden because it was written
 * before one came need not be the end: a device that was linked has keys of its person's archive
 * that are older than its own, and they may leave out what is hidden.
 */
import type { Entry } from '@starling/protocol/entry'
import type { KeysContent } from './cipher.ts'
import { isBeforeJoin } from './content.ts'

interface Place {
  readonly gen: number
  readonly epoch: number
}

export class Reach {
  #oldest: Place | undefined
  /** The cipher was asked, or keys came since it told. */
  #state: 'unknown' | 'asked' | 'known' = 'unknown'

  /** True when the cipher is to be asked. */
  ask(): boolean {
    if (this.#state !== 'unknown') return false
    this.#state = 'asked'
    return true
  }

  /** Undefined: it could not tell. */
  told(spans: readonly Omit<KeysContent, 'kind'>[] | undefined): void {
    this.#state = spans === undefined ? 'unknown' : 'known'
    for (const { gen, from } of spans ?? []) this.#reaches({ gen, epoch: from })
  }

  /** Keys came. */
  forget(): void {
    this.#state = 'unknown'
  }

  /** Of what is older than these entries something may be read. */
  isBeyond(entries: readonly Entry[]): boolean {
    const hidden = entries.find(isBeforeJoin)
    if (hidden?.kind !== 'unreadable' || this.#oldest === undefined) return false
    return isBefore(this.#oldest, hidden.sealed)
  }

  #reaches(place: Place): void {
    if (this.#oldest === undefined || isBefore(place, this.#oldest)) this.#oldest = place
  }
}

function isBefore(one: Place, other: Place): boolean {
  return one.gen < other.gen || (one.gen === other.gen && one.epoch < other.epoch)
}
