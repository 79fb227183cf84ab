/** One case of a fan-out: who is measured with rooms of which shape, and the columns of its table. */
import type { Contestant } from './contestants/contestant.ts'
import { type FanOutShape, fanOut } from './fan-out.ts'
import type { Case, Column, Effort, Figures } from './scenario.ts'

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
  { seconds }: Effort,
): Case {
  const shape = { ...rooms, textBytes: 200, warmUpMs, seconds, stalled }
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
