/**
 * Rendezvous hashing: of all backends the one whose hash with the room is greatest. Front-ends that
 * agree who is active agree on the place without talking, and a backend that comes or goes moves
 * only its own rooms.
 */
export function preferred(room: string, backends: readonly string[]): string | undefined {
  let best: string | undefined
  let bestHash = -1
  for (const backend of backends) {
    const hash = hashOf(room, backend)
    if (hash > bestHash || (hash === bestHash && best !== undefined && backend < best)) {
      best = backend
      bestHash = hash
    }
  }
  return best
}

/** All of them, the preferred first. */
export function byPreference(room: string, backends: readonly string[]): readonly string[] {
  return backends
    .map((backend) => ({ backend, hash: hashOf(room, backend) }))
    .sort((a, b) => b.hash - a.hash || (a.backend < b.backend ? -1 : 1))
    .map(({ backend }) => backend)
}

/** FNV-1a over both names, then the mixing of MurmurHash3, since FNV's high bits are poor. */
function hashOf(room: string, backend: string): number {
  let hash = 0x811c9dc5
  for (const text of [backend, '\u0000', room]) {
    for (let i = 0; i < text.length; i += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
