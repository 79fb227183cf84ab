/** The balancing policies by name. */
import { leastLoaded } from './least-loaded.ts'
import type { BalancingPolicy, BalancingPolicyName } from './policy.ts'
import { roomAffinity } from './room-affinity.ts'
import { sizeAndClients } from './size-and-clients.ts'

export interface PolicyOptions {
  readonly longMessageCharacters: number
}

export const balancingPolicies: {
  readonly [name in BalancingPolicyName]: (options: PolicyOptions) => BalancingPolicy
} = {
  'size-and-clients': (options) => sizeAndClients(options.longMessageCharacters),
  'least-loaded': leastLoaded,
  'room-affinity': roomAffinity,
}
