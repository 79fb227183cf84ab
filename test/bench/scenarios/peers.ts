/** Starling beside servers that do the same with other promises. */
import { ceiling } from '../contestants/ceiling.ts'
import { socketIo, wsLoop } from '../contestants/peers.ts'
import { starling } from '../contestants/starling.ts'
import { fanOutCase, fanOutColumns, flatOut1000, tenRooms } from '../fan-out-case.ts'
import type { Scenario } from '../scenario.ts'

const shapesOfPeers = [
  { rooms: flatOut1000, what: 'one room, flat out' },
  { rooms: tenRooms, what: '10 rooms of 100, flat out' },
  { rooms: { ...flatOut1000, rate: 50 }, what: 'one room, 50/s' },
]

export const peersScenario: Scenario = {
  name: 'peers',
  title: 'Side by side: messages of 200 bytes, 1,000 clients',
  columns: fanOutColumns,
  cases: (effort) =>
    shapesOfPeers.flatMap(({ rooms, what }) =>
      [ceiling(), wsLoop, socketIo, starling()].map((contestant) =>
        fanOutCase(contestant, { rooms, label: `${contestant.name}: ${what}` }, effort),
      ),
    ),
}
