/**
 * `npm run bench -- --clients 100`: acknowledged sends a second and the time to the ack, for each
 * balancing policy in turn, in one run on one machine. Every client keeps `--window` sends
 * unacknowledged; half of them are short, half long. The load is made by a process of its own, with
 * clients that cost little; they check that nothing was skipped, doubled, moved or refused.
 */
import { parseArgs } from 'node:util'
import { balancingPolicyNames } from '@starling/core/frontend/balancing/policy'
import { benchPolicy } from './bench-policy.ts'
import { type Report, showTable } from './bench-report.ts'

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100' },
    rooms: { type: 'string', default: '10' },
    window: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '3' },
    policy: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
})

const reports: Report[] = []
const policies = values.policy ?? balancingPolicyNames
// Run after run, not policy after policy: what else the machine does then meets them all alike.
for (let run = 1; run <= Number(values.runs); run += 1) {
  for (const policy of policies) {
    const report = await benchPolicy({
      policy,
      clients: Number(values.clients),
      rooms: Number(values.rooms),
      window: Number(values.window),
      seconds: Number(values.seconds),
    })
    reports.push(report)
    console.error(`run ${run}, ${policy}: ${report.acksPerSecond}/s`)
  }
}
console.log(values.json ? JSON.stringify(reports) : showTable(reports))
process.exit(0)
