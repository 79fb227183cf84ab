/**
 * Acknowledged sends a second and the time to the ack. Flat out: for each balancing policy with one
 * send in flight; in bursts, as the goal has it, each of one size; and in bursts whose sizes change
 * at each send to a room, the worst for balancing by size: every change waits for an ack. At a
 * rate: half of the goal in bursts, which tells what an ack takes while there is room, and messages
 * that come alone, which tells what a commit that serves nobody else costs. On the engine nats only
 * the default policy: three servers that sync, four backends with a store each.
 */
import { balancingPolicyNames } from '@starling/core/frontend/balancing/policy'
import type { Engine } from '../bench-cluster.ts'
import { benchPolicy } from '../bench-policy.ts'
import type { Case, Effort, Scenario } from '../scenario.ts'

export interface SendsOptions {
  readonly clients: number
  readonly engines: readonly Engine[]
}

interface Load {
  readonly how: string
  readonly policy: string
  readonly window: number
  readonly rate?: number
  readonly burst?: number
  readonly alike?: number
}

const policy = 'size-and-clients'
const burst = 16

const inBursts: Load = { how: `${burst} in flight each`, policy, window: burst, alike: burst }
const mixed: Load = { how: `${burst} in flight each, sizes by turns`, policy, window: burst }

/** Sends a second. */
const paced: readonly Load[] = [
  { how: `10,000/s in bursts of ${burst}`, policy, window: 0, rate: 10_000, burst, alike: burst },
  { how: '1,000/s that come alone', policy, window: 0, rate: 1_000 },
  { how: '100/s that come alone', policy, window: 0, rate: 100 },
]

function oneInFlight(name: string): Load {
  return { how: `${name}, one in flight each`, policy: name, window: 1 }
}

const loads: Record<Engine, readonly Load[]> = {
  sqlite: [...balancingPolicyNames.map(oneInFlight), inBursts, mixed, ...paced],
  nats: [oneInFlight(policy), inBursts],
}

export function sendsScenario({ clients, engines }: SendsOptions): Scenario {
  return {
    name: 'sends',
    title: `Acknowledged sends of ${clients} clients, half short and half long`,
    columns: [
      { key: 'acksPerSecond', head: 'acks/s', digits: 0 },
      { key: 'p50', head: 'p50 ms', digits: 1 },
      { key: 'p99', head: 'p99 ms', digits: 1 },
      { key: 'serverMsPerAck', head: 'server CPU ms per ack', digits: 3 },
      { key: 'loadMsPerAck', head: 'load CPU ms per ack', digits: 3 },
    ],
    cases: (effort) => engines.flatMap((engine) => casesOf(engine, clients, effort)),
  }
}

function casesOf(engine: Engine, clients: number, { seconds }: Effort): readonly Case[] {
  return loads[engine].map(({ how, ...load }) => ({
    label: `${engine}, ${how}`,
    measure: async () => {
      const options = { ...load, engine, clients, rooms: 10, seconds }
      const { latency, marks: _, ...figures } = await benchPolicy(options)
      return { ...figures, p50: latency.p50, p99: latency.p99 }
    },
  }))
}
