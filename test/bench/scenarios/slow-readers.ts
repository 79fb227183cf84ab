/** What clients that read nothing cost the others. */
import { starling } from '../contestants/starling.ts'
import { fanOutCase, fanOutColumns, flatOut5000 } from '../fan-out-case.ts'
import type { Scenario } from '../scenario.ts'

export const slowReadersScenario: Scenario = {
  name: 'slow-readers',
  title: 'One room of 5,000 at 10 messages/s; latencies of those that read',
  columns: fanOutColumns,
  cases: (effort) => {
    const rooms = { ...flatOut5000, rate: 10 }
    const stalled = flatOut5000.clients / 100
    return [
      fanOutCase(starling(), { rooms, label: 'everybody reads' }, effort),
      fanOutCase(starling(), { rooms, label: `${stalled} read nothing`, stalled }, effort),
    ]
  },
}
