/**
 * A request about a room goes to the backend that feeds the room to this front-end: sends of one
 * room meet in one record, and its entries come back from where they were made.
 */
import { fewestClients, hasRoom, ownBackend } from './candidates.ts'
import type { BalancingPolicy } from './policy.ts'

export function roomAffinity(): BalancingPolicy {
  return {
    name: 'room-affinity',
    home: (active) => fewestClients(active, 'fewest-clients'),
    choose: (active, request) => {
      const feed = active.find((candidate) => candidate.name === request.feed)
      if (feed === undefined) return ownBackend(active, request.own)
      if (hasRoom(feed) || !active.some(hasRoom)) return { backend: feed.name, reason: 'feed' }
      return fewestClients(active, 'feed: passed over, full')
    },
  }
}
