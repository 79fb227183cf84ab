/**
 * Sender's order (P4). The sends of one session's outbox in one room form a lane. All its
 * unanswered sends are at one backend: link and record keep their order, so they are pipelined.
 * When the policy names another backend for the next send, that one and all behind it wait until
 * the lane is empty. When the lane's backend fails, all its unanswered sends go in the order of
 * their numbers to one other backend, before anything behind them. Backends that failed the lane
 * are not tried again until one succeeded, or until all failed; then the lane waits a moment,
 * longer each time.
 *
 * Any other request is a lane of its own, with nothing behind it.
 */
import type { Reply } from '../link/down.ts'
import type { RequestBody } from '../link/up.ts'
import type { Position } from '../log/record.ts'
import type { Now } from '../now.ts'
import type { Decision } from './balancing/policy.ts'
import type { About } from './router.ts'
import type { Session } from './session.ts'

const backoffMsMin = 50
const backoffMsMax = 1_000

/** What somebody wants to be asked of a backend. `settle` is called once. */
export interface Asked {
  readonly session: Session
  readonly body: RequestBody
  readonly about: About
  readonly settle: (now: Now, reply: Reply) => void
  /** The answering backend lags behind what the client knows: ask another. */
  readonly isStale?: (answer: PositionedReply, asked: Tries) => boolean
  /** Not asked by the client itself: does not count as one of its requests. */
  readonly isInternal?: boolean
}

export interface PositionedReply {
  readonly reply: Reply
  readonly position: Position
}

export interface Tries {
  readonly ageMs: number
  /** Has every backend that can be asked given such an answer? */
  readonly isAskedOfAll: boolean
}

export interface Pending {
  readonly id: number
  readonly asked: Asked
  readonly lane: Lane
  /** Backends without the log are of no use to it. */
  isLogNeeded: boolean
  readonly arrivedMs: number
  /** Where it is in flight. */
  backend: string | undefined
  /** When it was last sent, by the awake clock. */
  sentMs: number
  /** Every backend that may still answer it. */
  readonly sentTo: string[]
  resendWhy: string | undefined
}

export interface Lane {
  readonly session: Session
  readonly key: string | undefined
  /** To be sent, or sent again, in this order. */
  queued: Pending[]
  inFlight: Pending[]
  /** Where all that is in flight is. */
  backend: string | undefined
  readonly tried: Set<string>
  failures: number
  notBeforeMs: number
}

export interface LaneHost {
  choose(pending: Pending, tried: ReadonlySet<string>): Decision | undefined
  isUsable(pending: Pending, backend: string): boolean
  transmit(pending: Pending, decision: Decision): void
  recall(pending: Pending, why: string): void
}

const nothingTried: ReadonlySet<string> = new Set()

export class OutboxLanes {
  readonly #host: LaneHost
  /** Lanes that wait for a backend or for their time. */
  readonly #stalled = new Set<Lane>()

  constructor(host: LaneHost) {
    this.#host = host
  }

  laneFor(asked: Asked): Lane {
    const { session } = asked
    const key = keyOf(asked)
    const known = this.#knownLane(asked)
    if (known !== undefined) return known
    const lane: Lane = {
      session,
      key,
      queued: [],
      inFlight: [],
      backend: undefined,
      tried: new Set(),
      failures: 0,
      notBeforeMs: 0,
    }
    if (key === undefined) return lane
    session.lanes ??= new Map()
    session.lanes.set(key, lane)
    return lane
  }

  add(now: Now, pending: Pending): void {
    const { queued } = pending.lane
    const isBehind = (other: Pending) => numberOf(other.asked) > numberOf(pending.asked)
    const at = queued.findIndex(isBehind)
    // One that was refused when its time was up comes again while those behind it still wait.
    if (at === -1) queued.push(pending)
    else queued.splice(at, 0, pending)
    if (queued[0] === pending) this.#advance(now, pending.lane)
  }

  /**
   * Is this very send under way already? Then its answer will serve the repeat too. What was sealed
   * again since is another: that the older is stale says nothing of it.
   */
  has(asked: Asked): boolean {
    const lane = this.#knownLane(asked)
    if (lane === undefined) return false
    const isIt = (pending: Pending) =>
      numberOf(pending.asked) === numberOf(asked) && boxOf(pending.asked) === boxOf(asked)
    return lane.inFlight.some(isIt) || lane.queued.some(isIt)
  }

  /** Sends of the same outbox that are unanswered. */
  sizeOf(asked: Asked): number {
    const lane = this.#knownLane(asked)
    return lane === undefined ? 0 : lane.inFlight.length + lane.queued.length
  }

  /** Answered for good. */
  settled(now: Now, pending: Pending): void {
    const { lane } = pending
    lane.tried.clear()
    lane.failures = 0
    lane.notBeforeMs = 0
    this.#remove(pending)
    if (lane.queued.length > 0) this.#advance(now, lane)
  }

  /** The lane's backend cannot be relied on: everything there goes elsewhere. */
  fail(now: Now, lane: Lane, why: string): void {
    if (lane.backend !== undefined) lane.tried.add(lane.backend)
    const again = lane.inFlight.sort((a, b) => numberOf(a.asked) - numberOf(b.asked))
    for (const pending of again) this.#host.recall(pending, why)
    lane.queued = [...again, ...lane.queued]
    lane.inFlight = []
    lane.backend = undefined
    this.#advance(now, lane)
  }

  /** A backend became active, or time went by. */
  retryStalled(now: Now): void {
    for (const lane of [...this.#stalled]) {
      if (lane.notBeforeMs <= now.ms) this.#advance(now, lane)
    }
  }

  forget(session: Session): void {
    for (const pending of session.unanswered) this.#stalled.delete(pending.lane)
    session.lanes = undefined
  }

  #knownLane(asked: Asked): Lane | undefined {
    const key = keyOf(asked)
    return key === undefined ? undefined : asked.session.lanes?.get(key)
  }

  #advance(now: Now, lane: Lane): void {
    this.#stalled.delete(lane)
    for (;;) {
      const head = lane.queued[0]
      if (head === undefined) return
      const decision = lane.inFlight.length > 0 ? this.#follow(lane, head) : this.#lead(now, lane)
      if (decision === undefined) return
      lane.queued.shift()
      lane.inFlight.push(head)
      lane.backend = decision.backend
      this.#host.transmit(head, decision)
    }
  }

  /** Behind others: only to where they are. */
  #follow(lane: Lane, head: Pending): Decision | undefined {
    const { backend } = lane
    if (backend === undefined || !this.#host.isUsable(head, backend)) return undefined
    if (head.resendWhy !== undefined) return { backend, reason: head.resendWhy }
    const decision = this.#host.choose(head, lane.tried)
    return decision?.backend === backend ? decision : undefined
  }

  /** The first of an empty lane: wherever the policy says. */
  #lead(now: Now, lane: Lane): Decision | undefined {
    const head = lane.queued[0]!
    if (lane.notBeforeMs <= now.ms) {
      const decision = this.#host.choose(head, lane.tried)
      if (decision !== undefined) return decision
      if (lane.tried.size > 0 && this.#host.choose(head, nothingTried) !== undefined) {
        lane.tried.clear()
        lane.notBeforeMs = now.ms + Math.min(backoffMsMin * 2 ** lane.failures, backoffMsMax)
        lane.failures += 1
      }
    }
    this.#stalled.add(lane)
    return undefined
  }

  #remove(pending: Pending): void {
    const { lane } = pending
    lane.inFlight = lane.inFlight.filter((other) => other !== pending)
    lane.queued = lane.queued.filter((other) => other !== pending)
    if (lane.inFlight.length > 0) return
    lane.backend = undefined
    if (lane.queued.length > 0) return
    this.#stalled.delete(lane)
    const { key, session } = lane
    if (key === undefined || session.lanes?.get(key) !== lane) return
    session.lanes.delete(key)
    if (session.lanes.size === 0) session.lanes = undefined
  }
}

function keyOf({ body }: Asked): string | undefined {
  return body.kind === 'send' ? `${body.room} ${body.outbox}` : undefined
}

function boxOf({ body }: Asked): string | undefined {
  return body.kind === 'send' && body.op.kind === 'sealed' ? body.op.box : undefined
}

function numberOf({ body }: Asked): number {
  return body.kind === 'send' ? body.number : 0
}
