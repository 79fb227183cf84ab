/**
 * Acknowledged sends a second and the time to the ack: for each balancing policy with one send in
 * flight, and in bursts, as the goal has it. On the engine nats only the default policy: three
 * servers that sync, four backends with a store each.
 */
import { balancingPolicyNames } from '@starling/core/frontend/balancing/policy'
import type { Engine } from '../bench-cluster.ts'
import { benchPolicy } from '../bench-policy.ts'
import type { Case, Effort, Scenario } from '../scenario.ts'

export interface SendsOptions {
  readonly clients: number
  readonly engines: readonly Engine[]
}

const defaultPolicy = 'size-and-clients'
const burst = 16

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
  const policies = engine === 'sqlite' ? balancingPolicyNames : [defaultPolicy]
  const all = [
    ...policies.map((policy) => ({ policy, window: 1, how: policy })),
    { policy: defaultPolicy, window: burst, how: `${burst} in flight each` },
  ]
  return all.map(({ policy, window, how }) => ({
    label: `${engine}, ${how}`,
    measure: async () => {
      const options = { engine, policy, clients, rooms: 10, window, seconds }
      const { latency, marks: _, ...figures } = await benchPolicy(options)
      return { ...figures, p50: latency.p50, p99: latency.p99 }
    },
  }))
}
