/** One case of a fan-out: who is measured, with rooms of which shape; the columns of its table. */
import type { Contestant } from './contestants/contestant.ts'
import { type FanOutShape, fanOut } from './fan-out.ts'
import {
  type Case,
  type Column,
  type Effort,
  type Figures,
  type Outcome,
  spreadOfRuns,
} from './scenario.ts'

const warmUpMs = 1_500
const briefWarmUpMs = 100

export const fanOutColumns: readonly Column[] = [
  { key: 'perFrontSecond', head: 'deliveries per CPU-s of the front-end', digits: 0 },
  { key: 'perProcessorSecond', head: 'of all processes', digits: 0 },
  { key: 'frontMicroseconds', head: 'µs per delivery, front-end', digits: 2 },
  { key: 'serverMicroseconds', head: 'all', digits: 2 },
  { key: 'messagesPerSecond', head: 'messages/s', digits: 0 },
  { key: 'deliveriesPerSecond', head: 'deliveries/s', digits: 0 },
  { key: 'messagesPerWrite', head: 'messages per write', digits: 1 },
  { key: 'p50', head: 'p50 ms', digits: 1 },
  { key: 'p99', head: 'p99 ms', digits: 1 },
  { key: 'p999', head: 'p99.9 ms', digits: 1 },
  { key: 'bytes', head: 'bytes per delivery', digits: 0 },
  { key: 'loadMicroseconds', head: 'load: µs per delivery', digits: 2 },
]

export type Rooms = Omit<FanOutShape, 'textBytes' | 'warmUpMs' | 'seconds' | 'stalled'>

export const flatOut1000: Rooms = {
  ...{ rooms: 1, clients: 1_000, roomsPerClient: 1, postersPerRoom: 8, window: 16 },
}
export const flatOut100: Rooms = { ...flatOut1000, clients: 100 }
export const tenRooms: Rooms = { ...flatOut1000, rooms: 10, postersPerRoom: 2, window: 8 }
export const flatOut5000: Rooms = { ...flatOut1000, clients: 5_000 }
export const rooms1000: Rooms = {
  ...{ rooms: 1_000, clients: 1_000, roomsPerClient: 20, postersPerRoom: 1, window: 2 },
}

export function fanOutCase(
  contestant: Contestant,
  { rooms, label, stalled = 0 }: { rooms: Rooms; label: string; stalled?: number },
  effort: Effort,
): Case {
  const shape = { ...shapeOf(rooms, effort), stalled }
  return {
    label,
    missing: () => contestant.missing?.(),
    measure: async () => figuresOf(await fanOut(contestant, shape)),
  }
}

/** For a look at it fewer clients in fewer rooms, as full as before. */
export function shapeOf(rooms: Rooms, { seconds, clientsMax }: Effort): FanOutShape {
  const whole = { ...rooms, textBytes: 200, warmUpMs, seconds, stalled: 0 }
  if (clientsMax === undefined) return whole
  const share = Math.min(1, clientsMax / rooms.clients)
  return {
    ...whole,
    warmUpMs: briefWarmUpMs,
    clients: Math.round(rooms.clients * share),
    rooms: Math.max(Math.ceil(rooms.rooms * share), rooms.roomsPerClient),
  }
}

export function figuresOf(result: Awaited<ReturnType<typeof fanOut>>): Figures {
  const { deliveries, messages, writes, elapsedMs, latency, bytes } = result
  const { serverMs, frontMs, processorMs } = result
  return {
    perProcessorSecond: (deliveries / serverMs) * 1_000,
    perFrontSecond: (deliveries / frontMs) * 1_000,
    frontMicroseconds: (frontMs / deliveries) * 1_000,
    serverMicroseconds: (serverMs / deliveries) * 1_000,
    loadMicroseconds: (processorMs / deliveries) * 1_000,
    messagesPerSecond: (messages / elapsedMs) * 1_000,
    deliveriesPerSecond: (deliveries / elapsedMs) * 1_000,
    messagesPerWrite: deliveries / writes,
    bytes: bytes / deliveries,
    ...{ p50: latency.p50, p99: latency.p99, p999: latency.p999 },
  }
}

/** A load that costs more than what it measures takes the machine from it: told, where it is so. */
export function dearLoadNotes({ cases }: Outcome): readonly string[] {
  const dear = cases.filter(({ runs }) => {
    const of = (key: string) => spreadOfRuns(runs, key).median
    return of('loadMicroseconds') > of('serverMicroseconds')
  })
  if (dear.length === 0) return []
  const names = dear.map(({ label }) => label).join('; ')
  return [`The load costs more per delivery than the servers in: ${names}.`]
}
