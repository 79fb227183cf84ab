/** Something that goes wrong for a while. */
import type { Cluster } from '../cluster/cluster.ts'
import type { Random } from '../random.ts'

export interface Fault {
  readonly name: string
  /** How often it is drawn, against the others. */
  readonly weight: number
  readonly lastsMs: readonly [number, number]
  /** Begins; undefined when there is nothing it could befall now. */
  begin(cluster: Cluster, random: Random): Trouble | undefined
}

export interface Trouble {
  /** Whom or what it befell. */
  readonly on: string
  /** Puts right what it did; also when that has ended otherwise meanwhile. */
  end(): void
}
