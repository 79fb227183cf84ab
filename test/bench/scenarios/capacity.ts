/**
 * What a model made of small measurements says of bigger clusters, beside what they need. With F
 * front-ends and N backends a message costs the front-ends `m + (F − 1) × f` and the backends
 * `a + N × p + (F − 1) × q` of processor time: one front-end hears it from its poster, each further
 * one gets it by its link; one backend appends it, each applies it, and each further front-end is
 * fed. A delivery that is a write of its own costs `w`, whoever makes it.
 *
 * Two readers with each of (1, 2), (1, 4) and (2, 2) give m, f, a, p and q; a room of 1,000 gives
 * w. What follows for rooms of 20 is then checked at two sizes, (1, 2) and (2, 4), the latter
 * with two front-end processes on one port, and for the room of 1,000 at the greater.
 */
import { type StarlingOptions, starling } from '../contestants/starling.ts'
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

interface Size {
  readonly frontends: number
  readonly backends: number
}

interface Load {
  readonly what: string
  readonly rooms: Rooms
}

const pair: Rooms = {
  ...{ rooms: 1, clients: 2, roomsPerClient: 1, postersPerRoom: 1, window: 1, rate: 500 },
}
const two: Load = { what: 'one reader, 500 messages/s', rooms: pair }
const twenties: Load = {
  what: '100 rooms of 20, 500 messages/s',
  rooms: { ...pair, rooms: 100, clients: 2_000 },
}
const thousand: Load = {
  what: 'one room of 1,000, 50 messages/s',
  rooms: { ...pair, clients: 1_000, rate: 50 },
}

/** Milliseconds of processor time a message; `delivery`: of the front-end's for a delivery. */
export interface Prices {
  readonly message: number
  readonly furtherFront: number
  readonly append: number
  readonly apply: number
  readonly furtherFeed: number
  readonly delivery: number
}

export const capacityScenario: Scenario = {
  name: 'capacity',
  title: 'Processor time that a model of small clusters says, and what is needed',
  columns: [
    { key: 'fronts', head: 'front-ends, % of a core', digits: 1 },
    { key: 'frontsSaid', head: 'said', digits: 1 },
    { key: 'backs', head: 'backends, % of a core', digits: 1 },
    { key: 'backsSaid', head: 'said', digits: 1 },
    { key: 'messagesPerSecond', head: 'messages/s', digits: 0 },
    { key: 'deliveriesPerSecond', head: 'deliveries/s', digits: 0 },
    { key: 'messagesPerRead', head: 'messages per read', digits: 1 },
    { key: 'p99', head: 'p99 ms', digits: 1 },
  ],
  cases: (effort) => new CapacityCases(effort).all(),
  notes: (outcome) => [howNear(outcome)],
}

class CapacityCases {
  readonly #effort: Effort
  /** Of the run that is under way. */
  readonly #small = new Map<string, FanOutResult>()

  constructor(effort: Effort) {
    this.#effort = effort
  }

  all(): readonly Case[] {
    return [
      this.#calibrated(two, { frontends: 1, backends: 2 }),
      this.#calibrated(two, { frontends: 1, backends: 4 }),
      this.#calibrated(two, { frontends: 2, backends: 2 }),
      this.#calibrated(thousand, { frontends: 1, backends: 2 }),
      this.#checked(twenties, { frontends: 1, backends: 2 }),
      this.#checked(twenties, { frontends: 2, backends: 4 }),
      this.#checked(thousand, { frontends: 2, backends: 4 }),
    ]
  }

  #calibrated(load: Load, size: Size): Case {
    const label = labelOf(load, size)
    return {
      label,
      measure: async () => {
        const result = await this.#fanOut(load, size)
        this.#small.set(label, result)
        return sharesOf(result)
      },
    }
  }

  #checked(load: Load, size: Size): Case {
    return {
      label: `checked: ${labelOf(load, size)}`,
      measure: async () => {
        const prices = pricesOf({
          one: this.#of(two, { frontends: 1, backends: 2 }),
          moreBackends: this.#of(two, { frontends: 1, backends: 4 }),
          moreFronts: this.#of(two, { frontends: 2, backends: 2 }),
          many: this.#of(thousand, { frontends: 1, backends: 2 }),
        })
        const result = await this.#fanOut(load, size)
        return { ...sharesOf(result), ...saidOf(prices, size, result) }
      },
    }
  }

  #of(load: Load, size: Size): FanOutResult {
    const result = this.#small.get(labelOf(load, size))
    if (result === undefined) throw new Error('small clusters are measured before others')
    return result
  }

  #fanOut({ rooms }: Load, size: Size): Promise<FanOutResult> {
    // Two readers shall sit at two front-ends, which the system does not promise on one port.
    const options: StarlingOptions = { ...size, isOnePort: rooms.clients > 2 }
    return fanOut(starling(options), shapeOf(rooms, this.#effort))
  }
}

function labelOf({ what }: Load, { frontends, backends }: Size): string {
  return `${what}; front-ends: ${frontends}, backends: ${backends}`
}

type Use = Pick<FanOutResult, 'messages' | 'deliveries' | 'elapsedMs' | 'frontMs' | 'serverMs'>

export interface SmallUse {
  readonly one: Use
  /** Two more. */
  readonly moreBackends: Use
  /** One more. */
  readonly moreFronts: Use
  readonly many: Use
}

export function pricesOf({ one, moreBackends, moreFronts, many }: SmallUse): Prices {
  const front = ({ frontMs, messages }: Use) => frontMs / messages
  const back = ({ serverMs, frontMs, messages }: Use) => (serverMs - frontMs) / messages
  const perMessage = ({ deliveries, messages }: Use) => deliveries / messages
  const delivery = (front(many) - front(one)) / (perMessage(many) - perMessage(one))
  const apply = (back(moreBackends) - back(one)) / 2
  return {
    message: front(one) - perMessage(one) * delivery,
    furtherFront: front(moreFronts) - front(one),
    append: back(one) - 2 * apply,
    apply,
    furtherFeed: back(moreFronts) - back(one),
    delivery,
  }
}

/** Shares of a core, in percent. */
export function saidOf(prices: Prices, { frontends, backends }: Size, use: Use): Figures {
  const { message, furtherFront, append, apply, furtherFeed, delivery } = prices
  const { messages, deliveries, elapsedMs } = use
  const further = frontends - 1
  const frontMs = messages * (message + further * furtherFront) + deliveries * delivery
  const backMs = messages * (append + backends * apply + further * furtherFeed)
  return {
    frontsSaid: (frontMs / elapsedMs) * 100,
    backsSaid: (backMs / elapsedMs) * 100,
    deliveryMicroseconds: delivery * 1_000,
    messageMicroseconds: message * 1_000,
    furtherFrontMicroseconds: furtherFront * 1_000,
    appendMicroseconds: append * 1_000,
    applyMicroseconds: apply * 1_000,
    furtherFeedMicroseconds: furtherFeed * 1_000,
  }
}

function sharesOf(result: FanOutResult): Figures {
  const { elapsedMs, frontMs, serverMs } = result
  const shares = {
    fronts: (frontMs / elapsedMs) * 100,
    backs: ((serverMs - frontMs) / elapsedMs) * 100,
  }
  return { ...figuresOf(result), ...shares }
}

function howNear({ cases }: Outcome): string {
  const last = cases.at(-1)!.runs
  const of = (key: string, digits = 0) => fixed(spreadOfRuns(last, key).median, digits)
  return [
    `Prices, µs of processor time. A message: ${of('messageMicroseconds')} at its front-end,`,
    `${of('furtherFrontMicroseconds')} at each further one; ${of('appendMicroseconds')} to append,`,
    `${of('applyMicroseconds')} at each backend, ${of('furtherFeedMicroseconds')} to feed each`,
    `further front-end. A delivery: ${of('deliveryMicroseconds', 1)}.`,
  ].join(' ')
}
