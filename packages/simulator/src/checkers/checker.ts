/** Watches one promise, one file each; `checkers.ts` is the table. Throws `BrokenPromise`. */
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'

export interface Checker {
  see(seen: Observation): void
  /** After the calm: nothing is under way, and whatever is up has caught up. */
  atRest(cluster: Cluster): void
}
