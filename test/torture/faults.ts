/**
 * What the torture does to a cluster's processes: which, to whom, how often; drawn from one seed.
 */
import type { Role } from '../cluster/cluster.ts'

const faultKinds = ['kill', 'freeze', 'restart'] as const
export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  readonly kind: FaultKind
  readonly role: Role
  readonly name: string
  readonly atMs: number
  /** Of a freeze: for how long. */
  readonly forMs: number
}

/** Small and repeatable; the same seed gives the same faults (mulberry32). */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Two of three are kills of backends; every eighth hits a front-end. */
export function drawFault(
  chance: () => number,
  names: { readonly backends: readonly string[]; readonly frontends: readonly string[] },
): Omit<Fault, 'atMs'> {
  const kind: FaultKind = chance() < 0.75 ? 'kill' : chance() < 0.6 ? 'freeze' : 'restart'
  const role: Role = chance() < 0.125 ? 'frontend' : 'backend'
  const among = role === 'frontend' ? names.frontends : names.backends
  const name = among[Math.floor(chance() * among.length)]!
  return { kind, role, name, forMs: 1_000 + Math.floor(chance() * 3_000) }
}
