/**
 * What a model made of small measurements says of bigger clusters, beside what they need. Each
 * process needs a little when nothing happens: `i` a front-end, `j` a backend, of each second. With
 * F front-ends and N backends a message costs the front-ends `m + (F − 1) × f` and the backends
 * `a + N × p + (F − 1) × q` of processor time: one front-end hears it from its poster, each further
 * one gets it by its link; one backend appends it, each applies it, and each further front-end is
 * fed. A write to a client's socket costs `w`, whoever makes it and whatever it carries.
 *
 * Eight readers with (F, N) of (1, 2), (1, 4) and (2, 2) give m, f, a, p and q; one message a
 * second at (1, 2) gives i and j; a room of 1,000 gives w. What follows for rooms of 20 is then
 * checked at two sizes, (1, 2) and (2, 4), the latter with two front-end processes on one port,
 * and for the room of 1,000 at the greater.
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

const few: Rooms = {
  ...{ rooms: 1, clients: 8, roomsPerClient: 1, postersPerRoom: 8, window: 1, rate: 500 },
}
const eight: Load = { what: 'eight readers, 500 messages/s', rooms: few }
const twenties: Load = {
  what: '100 rooms of 20, 500 messages/s',
  rooms: { ...few, rooms: 100, clients: 2_000, postersPerRoom: 1 },
}
const calm: Load = {
  what: 'eight readers, 1 message/s',
  rooms: { ...few, rate: 1 },
}
const thousand: Load = {
  what: 'one room of 1,000, 50 messages/s',
  rooms: { ...few, clients: 1_000, rate: 50 },
}

/** Milliseconds of processor time: for each second of a process, a message, a write. */
export interface Prices {
  readonly idleFront: number
  readonly idleBack: number
  readonly message: number
  readonly furtherFront: number
  readonly append: number
  readonly apply: number
  readonly furtherFeed: number
  readonly write: number
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
    { key: 'messagesPerWrite', head: 'messages per write', digits: 1 },
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
      this.#calibrated(calm, { frontends: 1, backends: 2 }),
      this.#calibrated(eight, { frontends: 1, backends: 2 }),
      this.#calibrated(eight, { frontends: 1, backends: 4 }),
      this.#calibrated(eight, { frontends: 2, backends: 2 }),
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
          calm: this.#of(calm, { frontends: 1, backends: 2 }),
          one: this.#of(eight, { frontends: 1, backends: 2 }),
          moreBackends: this.#of(eight, { frontends: 1, backends: 4 }),
          moreFronts: this.#of(eight, { frontends: 2, backends: 2 }),
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
    // The eight shall be shared out evenly, which the system does not promise on one port.
    const options: StarlingOptions = { ...size, isOnePort: rooms.clients > few.clients }
    return fanOut(starling(options), shapeOf(rooms, this.#effort))
  }
}

function labelOf({ what }: Load, { frontends, backends }: Size): string {
  return `${what}; front-ends: ${frontends}, backends: ${backends}`
}

export type Use = Pick<FanOutResult, 'messages' | 'writes' | 'elapsedMs' | 'frontMs' | 'serverMs'>

/** Of clusters with one front-end and two backends, but where it says otherwise. */
export interface SmallUse {
  readonly calm: Use
  readonly one: Use
  /** Two more. */
  readonly moreBackends: Use
  /** One more. */
  readonly moreFronts: Use
  readonly many: Use
}

export function pricesOf({ calm, one, moreBackends, moreFronts, many }: SmallUse): Prices {
  const idleFront = (calm.frontMs / calm.elapsedMs) * 1_000
  const idleBack = ((calm.serverMs - calm.frontMs) / calm.elapsedMs / 2) * 1_000
  const front = ({ frontMs, messages, elapsedMs }: Use, count = 1) =>
    (frontMs - (count * idleFront * elapsedMs) / 1_000) / messages
  const back = ({ serverMs, frontMs, messages, elapsedMs }: Use, count = 2) =>
    (serverMs - frontMs - (count * idleBack * elapsedMs) / 1_000) / messages
  const writes = (use: Use) => use.writes / use.messages
  const write = (front(many) - front(one)) / (writes(many) - writes(one))
  const message = front(one) - writes(one) * write
  const apply = (back(moreBackends, 4) - back(one)) / 2
  return {
    ...{ idleFront, idleBack, message, write, apply },
    furtherFront: front(moreFronts, 2) - writes(moreFronts) * write - message,
    append: back(one) - 2 * apply,
    furtherFeed: back(moreFronts) - back(one),
  }
}

/** Shares of a core, in percent. */
export function saidOf(prices: Prices, { frontends, backends }: Size, use: Use): Figures {
  const { idleFront, idleBack, message, furtherFront, append, apply, furtherFeed, write } = prices
  const { messages, writes, elapsedMs } = use
  const further = frontends - 1
  const seconds = elapsedMs / 1_000
  const frontMs = messages * (message + further * furtherFront) + writes * write
  const backMs = messages * (append + backends * apply + further * furtherFeed)
  return {
    frontsSaid: ((frontMs + seconds * frontends * idleFront) / elapsedMs) * 100,
    backsSaid: ((backMs + seconds * backends * idleBack) / elapsedMs) * 100,
    writeMicroseconds: write * 1_000,
    messageMicroseconds: message * 1_000,
    furtherFrontMicroseconds: furtherFront * 1_000,
    appendMicroseconds: append * 1_000,
    applyMicroseconds: apply * 1_000,
    furtherFeedMicroseconds: furtherFeed * 1_000,
    idleFrontMs: idleFront,
    idleBackMs: idleBack,
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
    `further front-end. A write: ${of('writeMicroseconds', 1)}. When nothing happens:`,
    `${of('idleFrontMs', 1)} ms of each second at a front-end,`,
    `${of('idleBackMs', 1)} ms at a backend.`,
  ].join(' ')
}
