/**
 * A balancing policy says which backend gets a request. Pure: load, liveness and chance are
 * arguments, and each decision carries its reason, which is counted and shown.
 */
import type { Rank } from '../../link/down.ts'
import type { Chance } from '../../now.ts'

export const balancingPolicyNames = ['size-and-clients', 'least-loaded', 'room-affinity'] as const
export type BalancingPolicyName = (typeof balancingPolicyNames)[number]

/** An active backend; the list keeps the configuration's order, primaries first. */
export interface Candidate {
  readonly name: string
  readonly rank: Rank
  /** Clients of this front-end whose own backend it is. */
  readonly clients: number
  readonly inFlight: number
  readonly inFlightMax: number
  /** Smoothed time to answer. */
  readonly latencyMs: number
}

export interface BalancingRequest {
  /** Code points of a posted or edited text; undefined for any other request. */
  readonly characters?: number
  readonly room?: string
  /** The client's own backend, given at connect. */
  readonly own?: string
  /** The backend that feeds the room to this front-end. */
  readonly feed?: string
}

export interface Decision {
  readonly backend: string
  readonly reason: string
}

export interface BalancingPolicy {
  readonly name: BalancingPolicyName
  /** The backend a client belongs to; decided when it connects, or when its own is gone. */
  home(active: readonly Candidate[], chance: Chance): Decision | undefined
  /** Undefined when none is active. */
  choose(
    active: readonly Candidate[],
    request: BalancingRequest,
    chance: Chance,
  ): Decision | undefined
}
