/** One message in, thousands out: rooms of different sizes, flat out and at a set rate. */
import type { Contestant } from '../contestants/contestant.ts'
import { ceiling, socketIo, wsLoop } from '../contestants/peers.ts'
import { starling } from '../contestants/starling.ts'
import { type FanOutShape, fanOut } from '../fan-out.ts'
import type { Case, Column, Effort, Figures, Scenario } from '../scenario.ts'

const warmUpMs = 1_500

export const fanOutColumns: readonly Column[] = [
  { key: 'perProcessorSecond', head: 'deliveries per CPU-s of all processes', digits: 0 },
  { key: 'perFrontSecond', head: 'of the front-end alone', digits: 0 },
  { key: 'serverMicroseconds', head: 'µs per delivery, all', digits: 2 },
  { key: 'messagesPerSecond', head: 'messages/s', digits: 0 },
  { key: 'deliveriesPerSecond', head: 'deliveries/s', digits: 0 },
  { key: 'p50', head: 'p50 ms', digits: 1 },
  { key: 'p99', head: 'p99 ms', digits: 1 },
  { key: 'p999', head: 'p99.9 ms', digits: 1 },
  { key: 'bytes', head: 'bytes per delivery', digits: 0 },
  { key: 'loadMicroseconds', head: 'load: µs per delivery', digits: 2 },
]

type Room = Omit<FanOutShape, 'textBytes' | 'warmUpMs' | 'seconds' | 'stalled'>

export const flatOut1000: Room = {
  ...{ rooms: 1, clients: 1_000, roomsPerClient: 1, postersPerRoom: 8, window: 16 },
}
const flatOut100: Room = { ...flatOut1000, clients: 100 }
const tenRooms: Room = { ...flatOut1000, rooms: 10, postersPerRoom: 2, window: 8 }
const flatOut5000: Room = { ...flatOut1000, clients: 5_000 }
const rooms1000: Room = {
  ...{ rooms: 1_000, clients: 1_000, roomsPerClient: 20, postersPerRoom: 1, window: 2 },
}

export function fanOutCase(
  contestant: Contestant,
  { room, label, stalled = 0 }: { room: Room; label: string; stalled?: number },
  { seconds }: Effort,
): Case {
  const shape = { ...room, textBytes: 200, warmUpMs, seconds, stalled }
  return { label, measure: async () => figuresOf(await fanOut(contestant, shape)) }
}

function figuresOf(result: Awaited<ReturnType<typeof fanOut>>): Figures {
  const { deliveries, messages, elapsedMs, serverMs, frontMs, processorMs, bytes, latency } = result
  return {
    perProcessorSecond: (deliveries / serverMs) * 1_000,
    perFrontSecond: (deliveries / frontMs) * 1_000,
    serverMicroseconds: (serverMs / deliveries) * 1_000,
    loadMicroseconds: (processorMs / deliveries) * 1_000,
    messagesPerSecond: (messages / elapsedMs) * 1_000,
    deliveriesPerSecond: (deliveries / elapsedMs) * 1_000,
    bytes: bytes / deliveries,
    ...{ p50: latency.p50, p99: latency.p99, p999: latency.p999 },
  }
}

export const fanOutScenario: Scenario = {
  name: 'fan-out',
  title: 'Fan-out of acknowledged, durable messages of 200 bytes, Starling on the engine sqlite',
  columns: fanOutColumns,
  cases: (effort) => {
    const of = (room: Room, label: string) => fanOutCase(starling(), { room, label }, effort)
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

const shapesOfPeers = [
  { room: flatOut1000, what: 'one room, flat out' },
  { room: tenRooms, what: '10 rooms of 100, flat out' },
  { room: { ...flatOut1000, rate: 50 }, what: 'one room, 50/s' },
]

export const peersScenario: Scenario = {
  name: 'peers',
  title: 'Side by side: messages of 200 bytes, 1,000 clients',
  columns: fanOutColumns,
  cases: (effort) =>
    shapesOfPeers.flatMap(({ room, what }) =>
      [ceiling, wsLoop, socketIo, starling()].map((contestant) =>
        fanOutCase(contestant, { room, label: `${contestant.name}: ${what}` }, effort),
      ),
    ),
}

export const slowReadersScenario: Scenario = {
  name: 'slow-readers',
  title: 'One room of 5,000 at 10 messages/s; latencies of those that read',
  columns: fanOutColumns,
  cases: (effort) => {
    const room = { ...flatOut5000, rate: 10 }
    const stalled = flatOut5000.clients / 100
    return [
      fanOutCase(starling(), { room, label: 'everybody reads' }, effort),
      fanOutCase(starling(), { room, label: `${stalled} read nothing`, stalled }, effort),
    ]
  },
}
