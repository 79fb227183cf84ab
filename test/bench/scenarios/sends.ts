/** Acknowledged sends a second and the time to the ack, for each balancing policy. */
import { balancingPolicyNames } from '@starling/core/frontend/balancing/policy'
import { benchPolicy } from '../bench-policy.ts'
import type { Scenario } from '../scenario.ts'

export function sendsScenario({ clients }: { readonly clients: number }): Scenario {
  return {
    name: 'sends',
    title: `Acknowledged sends of ${clients} clients, one in flight each, half short and half long`,
    columns: [
      { key: 'acksPerSecond', head: 'acks/s', digits: 0 },
      { key: 'p50', head: 'p50 ms', digits: 1 },
      { key: 'p99', head: 'p99 ms', digits: 1 },
      { key: 'serverMsPerAck', head: 'server CPU ms per ack', digits: 3 },
      { key: 'loadMsPerAck', head: 'load CPU ms per ack', digits: 3 },
    ],
    cases: ({ seconds }) =>
      balancingPolicyNames.map((policy) => ({
        label: policy,
        measure: async () => {
          const options = { policy, clients, rooms: 10, window: 1, seconds }
          const { latency, ...figures } = await benchPolicy(options)
          return { ...figures, p50: latency.p50, p99: latency.p99 }
        },
      })),
  }
}
