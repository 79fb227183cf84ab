/**
 * Records of the log on their way into the store. What an engine has applied within the append, or
 * another process of a shared store, is only passed on; the rest is applied here, those that came
 * together in one transaction. A replica that applies for itself tells the digest watch.
 */

import type { Applied } from '../room/applied.ts'
import { operationsOf, type Replica } from '../room/apply.ts'
import type { Store } from '../room/store.ts'
import type { LoggedRecord } from './backend-io.ts'
import type { DigestWatch } from './digest-watch.ts'

/** Of one transaction; the next takes the rest. */
const opsPerTransactionMax = 5_000

export interface ApplyingOptions {
  readonly store: Store
  readonly replica: Replica
  readonly watch: DigestWatch
}

export class Applying {
  readonly #options: ApplyingOptions

  constructor(options: ApplyingOptions) {
    this.#options = options
  }

  /** What each record did; undefined where somebody else applied it and only the store knows. */
  take(records: readonly LoggedRecord[]): readonly (Applied | undefined)[] {
    const { store } = this.#options
    const newest = records.at(-1)
    if (newest === undefined || newest.position <= store.position) {
      return records.map((logged) => logged.applied)
    }
    const all: (Applied | undefined)[] = []
    while (all.length < records.length) {
      const part = partFrom(records, all.length)
      all.push(...store.batch(() => part.map((logged) => this.#applyOne(logged))))
    }
    const { watch } = this.#options
    all.forEach((applied, at) => {
      if (applied === undefined || records[at]!.applied !== undefined) return
      watch.applied(applied.position, applied.digest)
    })
    return all
  }

  #applyOne({ position, record, applied }: LoggedRecord): Applied | undefined {
    const { store, replica } = this.#options
    if (applied !== undefined || position <= store.position) return applied
    return replica.apply(position, record)
  }
}

function partFrom(records: readonly LoggedRecord[], from: number): readonly LoggedRecord[] {
  let to = from
  let ops = 0
  while (to < records.length && (to === from || ops < opsPerTransactionMax)) {
    ops += operationsOf(records[to]!.record).length
    to += 1
  }
  return records.slice(from, to)
}
