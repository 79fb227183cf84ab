/**
 * The better of two drawn at random, by requests in flight and recent latency: nearly as even as
 * asking all, and a herd of front-ends does not run to the same backend.
 */
import type { Chance } from '../../now.ts'
import { fewestClients, least, withRoom } from './candidates.ts'
import type { BalancingPolicy, Candidate, Decision } from './policy.ts'

export function leastLoaded(): BalancingPolicy {
  return {
    name: 'least-loaded',
    home: (active) => fewestClients(active, 'fewest-clients'),
    choose: (active, _request, chance) => betterOfTwo(withRoom(active), chance),
  }
}

function betterOfTwo(active: readonly Candidate[], chance: Chance): Decision | undefined {
  const first = Math.floor(chance() * active.length)
  const step = 1 + Math.floor(chance() * (active.length - 1))
  const drawn = [active[first], active[(first + step) % active.length]]
  const best = least(
    drawn.filter((candidate) => candidate !== undefined),
    (candidate) => (candidate.inFlight + 1) * Math.max(candidate.latencyMs, 1),
  )
  return best === undefined ? undefined : { backend: best.name, reason: 'two-choices' }
}
