/**
 * Whether a delivery costs the front-end the same for few and for many. A message has a price of
 * its own, whoever receives it, which weighs more the fewer receive it. So messages to one reader
 * alone are measured first: with their `messages₀`, `deliveries₀` and processor time `used₀`, what
 * a delivery costs in a case follows from two equations,
 *
 *     used  = messages  × message + deliveries  × delivery
 *     used₀ = messages₀ × message + deliveries₀ × delivery
 *
 * Within a series each delivery is a write of its own, or of a burst of twenty, at as many
 * deliveries a second; and over rooms also with as many messages and connections.
 */
import { starling } from '../contestants/starling.ts'
import { type FanOutResult, fanOut } from '../fan-out.ts'
import { figuresOf, type Rooms, shapeOf } from '../fan-out-case.ts'
import {
  type Case,
  type Effort,
  type Figures,
  fixed,
  type Outcome,
  type Scenario,
  spreadOfRuns,
} from '../scenario.ts'

interface Series {
  readonly what: string
  readonly alone: Rooms
  readonly sizes: readonly { readonly label: string; readonly rooms: Rooms }[]
}

const pair: Rooms = { rooms: 1, clients: 2, roomsPerClient: 1, postersPerRoom: 1, window: 1 }
const crowd: Rooms = { ...pair, clients: 2_000 }
const twenty = { burst: 20, rate: 2_000 }
const aloneWritten: Rooms = { ...pair, rate: 500 }
const aloneInBursts: Rooms = { ...pair, ...twenty }

const series: readonly Series[] = [
  {
    what: 'receivers, a write each',
    alone: aloneWritten,
    sizes: [
      { label: '100 in a room, 500 messages/s', rooms: { ...pair, clients: 100, rate: 500 } },
      { label: '1,000 in a room, 50/s', rooms: { ...pair, clients: 1_000, rate: 50 } },
      { label: '5,000 in a room, 10/s', rooms: { ...pair, clients: 5_000, rate: 10 } },
    ],
  },
  {
    what: 'receivers, bursts of 20',
    alone: aloneInBursts,
    sizes: [
      { label: '100 in a room, 100 bursts/s', rooms: { ...pair, clients: 100, ...twenty } },
      {
        label: '1,000 in a room, 10 bursts/s',
        rooms: { ...pair, clients: 1_000, ...twenty, rate: 200 },
      },
      {
        label: '5,000 in a room, 2 bursts/s',
        rooms: { ...pair, clients: 5_000, ...twenty, rate: 40 },
      },
    ],
  },
  {
    what: 'rooms, a write each, 2,000 connections',
    alone: aloneWritten,
    sizes: [
      { label: '1 room of 2,000, 5 messages/s', rooms: { ...crowd, rate: 5 } },
      { label: '100 rooms of 20, 500/s', rooms: { ...crowd, rooms: 100, rate: 500 } },
      {
        label: '10,000 rooms of 20, 500/s',
        rooms: { ...crowd, rooms: 10_000, roomsPerClient: 100, rate: 500 },
      },
    ],
  },
]

export const flatScenario: Scenario = {
  name: 'flat',
  title: 'What a delivery costs the front-end, without the price of its message',
  columns: [
    { key: 'deliveryMicroseconds', head: 'µs per delivery', digits: 2 },
    { key: 'frontMicroseconds', head: 'with its message', digits: 2 },
    { key: 'messageMicroseconds', head: 'µs per message', digits: 1 },
    { key: 'messagesPerRead', head: 'messages per read', digits: 1 },
    { key: 'messagesPerSecond', head: 'messages/s', digits: 0 },
    { key: 'deliveriesPerSecond', head: 'deliveries/s', digits: 0 },
    { key: 'p99', head: 'p99 ms', digits: 1 },
    { key: 'loadMicroseconds', head: 'load: µs per delivery', digits: 2 },
  ],
  cases: (effort) => new FlatCases(effort).all(),
  notes: (outcome) => series.map((one) => widthOf(one, outcome)),
}

class FlatCases {
  readonly #effort: Effort
  /** Of the run that is under way. */
  readonly #alone = new Map<Rooms, FanOutResult>()

  constructor(effort: Effort) {
    this.#effort = effort
  }

  all(): readonly Case[] {
    const sizes = series.flatMap(({ what, alone, sizes: all }) =>
      all.map(({ label, rooms }) => ({
        label: `${what}: ${label}`,
        measure: () => this.#measureMany(rooms, alone),
      })),
    )
    return [
      { label: 'one reader alone, a write each', measure: () => this.#measureAlone(aloneWritten) },
      { label: 'one reader alone, bursts', measure: () => this.#measureAlone(aloneInBursts) },
      ...sizes,
    ]
  }

  async #measureAlone(rooms: Rooms): Promise<Figures> {
    const result = await this.#fanOut(rooms)
    this.#alone.set(rooms, result)
    return figuresOf(result)
  }

  async #measureMany(rooms: Rooms, alone: Rooms): Promise<Figures> {
    const result = await this.#fanOut(rooms)
    const first = this.#alone.get(alone)
    if (first === undefined) throw new Error('one reader alone is measured before many are')
    return { ...figuresOf(result), ...pricesOf(result, first) }
  }

  #fanOut(rooms: Rooms): Promise<FanOutResult> {
    return fanOut(starling(), shapeOf(rooms, this.#effort))
  }
}

type Use = Pick<FanOutResult, 'messages' | 'deliveries' | 'frontMs'>

/** The two equations solved. */
export function pricesOf(many: Use, alone: Use): Figures {
  const both = many.deliveries * alone.messages - alone.deliveries * many.messages
  const delivery = (many.frontMs * alone.messages - alone.frontMs * many.messages) / both
  const message = (alone.frontMs - alone.deliveries * delivery) / alone.messages
  return { deliveryMicroseconds: delivery * 1_000, messageMicroseconds: message * 1_000 }
}

function widthOf({ what, sizes }: Series, { cases }: Outcome): string {
  const prices = sizes.map(({ label }) => {
    const runs = cases.find((one) => one.label === `${what}: ${label}`)?.runs ?? []
    return spreadOfRuns(runs, 'deliveryMicroseconds').median
  })
  const [least, most] = [Math.min(...prices), Math.max(...prices)]
  return `Over ${what}: the dearest is ${fixed((most / least - 1) * 100, 0)} % above the cheapest.`
}
