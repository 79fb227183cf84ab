/**
 * An outage of the log, as every backend sees it: the engine elects a leader or is down. From one
 * moment on nothing lands; what is on its way lands later, or is given up and lands or does not.
 * The backends notice one after the other, and one after the other they find the log again.
 */
import type { Cluster } from '../cluster/cluster.ts'
import type { Random } from '../random.ts'

/** A backend tells of a log out of reach, or back in reach, within so long. */
export const noticeMsMax = 1_000

/** Returns how it ends; to be called once. */
export function beginOutage({ world, log, backends }: Cluster, random: Random): () => void {
  log.beginElection()
  const isCutOff = new Set<string>()
  const noticing = backends.map(({ name }) =>
    world.after(random.fraction(0, noticeMsMax), () => {
      isCutOff.add(name)
      log.cutOff(name)
    }),
  )
  return () => {
    for (const cancel of noticing) cancel()
    log.endElection()
    for (const name of isCutOff) {
      world.after(random.fraction(0, noticeMsMax), () => log.reconnect(name))
    }
  }
}
