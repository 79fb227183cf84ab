/**
 * The default. A long message goes to the first active server in the order primary 1, primary 2,
 * …, secondaries; anything else goes to the client's own backend, which at connect was the one with
 * the fewest clients. A server over its in-flight limit is passed over while another has room.
 */
import { fewestClients, hasRoom, ownBackend } from './candidates.ts'
import type { BalancingPolicy, Candidate, Decision } from './policy.ts'

export function sizeAndClients(longMessageCharacters: number): BalancingPolicy {
  return {
    name: 'size-and-clients',
    home: (active) => fewestClients(active, 'fewest-clients'),
    choose: (active, request) =>
      request.characters !== undefined && request.characters > longMessageCharacters
        ? firstByRank(active)
        : ownBackend(active, request.own),
  }
}

function firstByRank(active: readonly Candidate[]): Decision | undefined {
  const ordered = [
    ...active.filter((candidate) => candidate.rank === 'primary'),
    ...active.filter((candidate) => candidate.rank !== 'primary'),
  ]
  const first = ordered[0]
  if (first === undefined) return undefined
  const roomy = ordered.find(hasRoom)
  if (roomy === undefined || roomy === first) return { backend: first.name, reason: 'long-message' }
  return { backend: roomy.name, reason: 'long-message: passed over, full' }
}
