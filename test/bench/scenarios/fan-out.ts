/** One message in, thousands out: rooms of different sizes, flat out and at a set rate. */
import { starling } from '../contestants/starling.ts'
import {
  fanOutCase,
  fanOutColumns,
  flatOut100,
  flatOut1000,
  flatOut5000,
  type Rooms,
  rooms1000,
} from '../fan-out-case.ts'
import type { Scenario } from '../scenario.ts'

export const fanOutScenario: Scenario = {
  name: 'fan-out',
  title: 'Fan-out of acknowledged, durable messages of 200 bytes, Starling on the engine sqlite',
  columns: fanOutColumns,
  cases: (effort) => {
    const of = (rooms: Rooms, label: string) => fanOutCase(starling(), { rooms, label }, effort)
    return [
      of(flatOut100, 'one room of 100, flat out'),
      of(flatOut1000, 'one room of 1,000, flat out'),
      of({ ...flatOut1000, rate: 50 }, 'one room of 1,000, 50 messages/s'),
      of(flatOut5000, 'one room of 5,000, flat out'),
      of({ ...flatOut5000, rate: 10 }, 'one room of 5,000, 10 messages/s'),
      of(rooms1000, '1,000 rooms of 20, flat out'),
      of({ ...rooms1000, rate: 1_000 }, '1,000 rooms of 20, 1,000 messages/s'),
    ]
  },
}
