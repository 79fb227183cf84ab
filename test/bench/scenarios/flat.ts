/**
 * Whether a delivery costs the front-end the same for few and for many. A message has a price of
 * its own, whoever receives it, which weighs more the fewer receive it. So messages to eight
 * readers are measured first: with their `messages₀`, `deliveries₀` and processor time `used₀`,
 * what a delivery costs in a case follows from two equations,
 *
 *     used  = messages  × message + deliveries  × delivery
 *     used₀ = messages₀ × message + deliveries₀ × delivery
 *
 * Within a series each delivery is a write of its own, or of a burst of twenty, at as many
 * deliveries a second. Over rooms messages and connections are as many, too, and the price of a
 * delivery is compared with its message's: it weighs as much in all of them, and ten deliveries are
 * too few beside it to tell the two prices apart. What the same costs a loop in C beside it tells
 * how much of a difference is the kernel's.
 */
import { ceiling } from '../contestants/ceiling.ts'
import type { Contestant } from '../contestants/contestant.ts'
import { starling } from '../contestants/starling.ts'
import { type FanOutResult, fanOut } from '../fan-out.ts'
import { figuresOf, type Rooms, shapeOf } from '../fan-out-case.ts'
import {
  type Case,
  type Effort,
  type Figures,
  fixed,
  type MeasuredCase,
  type Scenario,
  spreadOfRuns,
} from '../scenario.ts'

interface Series {
  readonly what: string
  readonly alone: Rooms
  readonly hasCeiling?: true
  /** All have as many messages, whose price need not be taken out to compare them. */
  readonly isWithMessage?: true
  readonly sizes: readonly { readonly label: string; readonly rooms: Rooms }[]
}

const inC = 'the loop in C, a write each'

const few: Rooms = { rooms: 1, clients: 8, roomsPerClient: 1, postersPerRoom: 8, window: 1 }
const crowd: Rooms = { ...few, postersPerRoom: 1, clients: 1_000, rate: 1_000 }
const twenty = { burst: 20, rate: 2_000 }
const aloneWritten: Rooms = { ...few, rate: 500 }
const aloneInBursts: Rooms = { ...few, ...twenty }

const series: readonly Series[] = [
  {
    what: 'receivers, a write each',
    alone: aloneWritten,
    hasCeiling: true,
    sizes: [
      { label: '100 in a room, 500 messages/s', rooms: { ...few, clients: 100, rate: 500 } },
      { label: '1,000 in a room, 50/s', rooms: { ...few, clients: 1_000, rate: 50 } },
      { label: '5,000 in a room, 10/s', rooms: { ...few, clients: 5_000, rate: 10 } },
    ],
  },
  {
    what: 'receivers, bursts of 20',
    alone: aloneInBursts,
    sizes: [
      { label: '100 in a room, 100 bursts/s', rooms: { ...few, clients: 100, ...twenty } },
      {
        label: '5,000 in a room, 2 bursts/s',
        rooms: { ...few, clients: 5_000, ...twenty, rate: 40 },
      },
    ],
  },
  {
    what: 'rooms, a write each, 1,000 connections',
    alone: aloneWritten,
    isWithMessage: true,
    sizes: [
      { label: '100 of 10, 1,000 messages/s', rooms: { ...crowd, rooms: 100 } },
      { label: '10,000 of 10', rooms: { ...crowd, rooms: 10_000, roomsPerClient: 100 } },
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
    { key: 'writeMicroseconds', head: 'µs per write', digits: 2 },
    { key: 'messagesPerWrite', head: 'messages per write', digits: 1 },
    { key: 'messagesPerSecond', head: 'messages/s', digits: 0 },
    { key: 'deliveriesPerSecond', head: 'deliveries/s', digits: 0 },
    { key: 'p99', head: 'p99 ms', digits: 1 },
    { key: 'loadMicroseconds', head: 'load: µs per delivery', digits: 2 },
  ],
  cases: (effort) => new FlatCases(effort).all(),
  notes: ({ cases }) =>
    series.map(({ what, hasCeiling, isWithMessage, sizes }) => {
      const key = isWithMessage ? 'frontMicroseconds' : 'deliveryMicroseconds'
      const over = (name: string) => {
        const labels = sizes.map(({ label }) => `${name}: ${label}`)
        const those = cases.filter(({ label }) => labels.includes(label))
        return widthOver(those, key)
      }
      const own = `Over ${what}: the dearest is ${over(what)} % above the cheapest.`
      return hasCeiling ? `${own} In the loop in C it is ${over(inC)} %.` : own
    }),
}

class FlatCases {
  readonly #effort: Effort
  readonly #ceiling = ceiling()
  /** Of the run that is under way. */
  readonly #alone = new Map<Rooms, FanOutResult>()

  constructor(effort: Effort) {
    this.#effort = effort
  }

  all(): readonly Case[] {
    const sizes = series.flatMap(({ what, alone, hasCeiling, isWithMessage, sizes: all }) =>
      all.flatMap(({ label, rooms }) => [
        {
          label: `${what}: ${label}`,
          measure: async () =>
            isWithMessage ? figuresOf(await this.#fanOut(rooms)) : this.#measureMany(rooms, alone),
        },
        ...(hasCeiling
          ? [{ label: `${inC}: ${label}`, measure: () => this.#measureCeiling(rooms) }]
          : []),
      ]),
    )
    return [
      { label: 'eight readers, a write each', measure: () => this.#measureAlone(aloneWritten) },
      { label: 'eight readers, bursts', measure: () => this.#measureAlone(aloneInBursts) },
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
    if (first === undefined) throw new Error('eight readers are measured before many are')
    return { ...figuresOf(result), ...withWrite(result, pricesOf(result, first)) }
  }

  async #measureCeiling(rooms: Rooms): Promise<Figures> {
    const result = await this.#fanOut(rooms, this.#ceiling)
    const deliveryMicroseconds = (result.frontMs / result.deliveries) * 1_000
    return { ...figuresOf(result), ...withWrite(result, { deliveryMicroseconds }) }
  }

  #fanOut(rooms: Rooms, contestant: Contestant = starling()): Promise<FanOutResult> {
    return fanOut(contestant, shapeOf(rooms, this.#effort))
  }
}

type Prices = { readonly deliveryMicroseconds: number }

type Use = Pick<FanOutResult, 'messages' | 'deliveries' | 'frontMs'>

/** The two equations solved. */
export function pricesOf(many: Use, alone: Use): Prices & { readonly messageMicroseconds: number } {
  const both = many.deliveries * alone.messages - alone.deliveries * many.messages
  const delivery = (many.frontMs * alone.messages - alone.frontMs * many.messages) / both
  const message = (alone.frontMs - alone.deliveries * delivery) / alone.messages
  return { deliveryMicroseconds: delivery * 1_000, messageMicroseconds: message * 1_000 }
}

function withWrite({ deliveries, writes }: FanOutResult, prices: Prices): Figures {
  return { ...prices, writeMicroseconds: (prices.deliveryMicroseconds * deliveries) / writes }
}

/** How much more the dearest costs than the cheapest, in percent. */
function widthOver(cases: readonly MeasuredCase[], key: string): string {
  const prices = cases.map(({ runs }) => spreadOfRuns(runs, key).median)
  return fixed((Math.max(...prices) / Math.min(...prices) - 1) * 100, 0)
}
