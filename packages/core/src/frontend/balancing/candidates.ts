/** What the policies share: who has room, who has the fewest clients. Ties go to the first. */
import type { Candidate, Decision } from './policy.ts'

export function hasRoom(candidate: Candidate): boolean {
  return candidate.inFlight < candidate.inFlightMax
}

/** Those with room, or all where none has any. */
export function withRoom(active: readonly Candidate[]): readonly Candidate[] {
  const roomy = active.filter(hasRoom)
  return roomy.length > 0 ? roomy : active
}

/** The first of those for which `measure` is least. */
export function least(
  active: readonly Candidate[],
  measure: (candidate: Candidate) => number,
): Candidate | undefined {
  let best: Candidate | undefined
  for (const candidate of active) {
    if (best === undefined || measure(candidate) < measure(best)) best = candidate
  }
  return best
}

export function fewestClients(active: readonly Candidate[], reason: string): Decision | undefined {
  const best = least(withRoom(active), (candidate) => candidate.clients)
  return best === undefined ? undefined : { backend: best.name, reason }
}

/** The client's own backend; another while that is full or gone. */
export function ownBackend(
  active: readonly Candidate[],
  own: string | undefined,
): Decision | undefined {
  const mine = active.find((candidate) => candidate.name === own)
  if (mine === undefined) return fewestClients(active, 'own: gone')
  if (hasRoom(mine) || !active.some(hasRoom)) return { backend: mine.name, reason: 'own' }
  return fewestClients(active, 'own: passed over, full')
}
