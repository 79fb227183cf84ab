/**
 * All requests that are not answered yet: in flight at a backend, or waiting in their lane.
 *
 * Every request may be repeated on any backend without a second effect, so doubt is enough to send
 * it again: the link closed, the backend is silent or cut off from the log while another is active,
 * or this one request is overdue. A late answer of the first backend still counts. Only refusals
 * that consume nothing (`unavailable`, `out-of-turn`) count from the backend asked last alone.
 * A request that nobody answers for `requestWaitMsMax` is refused `unavailable`.
 *
 * While no backend has the log, what needs no more than the state goes to those that can be read
 * from; what needs the log waits. Whether somebody was here before, a backend alone knows: whom one
 * without the log refuses waits with the others from then on.
 */
import { type ErrorCode, retryOf } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import type { LinkDown, Reply } from '../link/down.ts'
import type { AskFrame, RequestBody } from '../link/up.ts'
import type { Now } from '../now.ts'
import type { AwakeClock } from './awake-clock.ts'
import type { BackendMonitor } from './backend-monitor.ts'
import type { Decision } from './balancing/policy.ts'
import type { FrontendTuning } from './frontend-io.ts'
import { type Asked, type Lane, type LaneHost, OutboxLanes, type Pending } from './outbox-lanes.ts'
import type { Outputs } from './outputs.ts'
import type { Router } from './router.ts'
import type { Session } from './session.ts'

/** An overdue request waits twice as long for each next backend, up to so many times the first. */
const patienceFactorMax = 8
/** Weight of the newest answer in a backend's smoothed latency. */
const latencyWeight = 0.1

interface Traffic {
  /** In the order in which they were sent. */
  readonly inFlight: Set<Pending>
  requestsTotal: number
  latencyMs: number
}

export interface RequestsOptions {
  readonly limits: Limits
  readonly tuning: FrontendTuning
  readonly clock: AwakeClock
  readonly monitor: BackendMonitor
  readonly outputs: Outputs
  readonly router: Router
}

type ReplyFrame = Extract<LinkDown, { t: 'reply' }>

export class Requests implements LaneHost {
  readonly #options: RequestsOptions
  readonly #lanes: OutboxLanes
  /** In the order in which they arrived. */
  readonly #pending = new Map<number, Pending>()
  readonly #traffic = new Map<string, Traffic>()
  #inFlight = 0
  #lastId = 0
  requestsTotal = 0
  resentTotal = 0

  constructor(options: RequestsOptions) {
    this.#options = options
    this.#lanes = new OutboxLanes(this)
    for (const name of options.monitor.names) {
      this.#traffic.set(name, { inFlight: new Set(), requestsTotal: 0, latencyMs: 0 })
    }
  }

  get waiting(): number {
    return this.#pending.size - this.#inFlight
  }

  loadOf(backend: string): { inFlight: number; requestsTotal: number; latencyMs: number } {
    const traffic = this.#traffic.get(backend)
    if (traffic === undefined) return { inFlight: 0, requestsTotal: 0, latencyMs: 0 }
    const { inFlight, requestsTotal, latencyMs } = traffic
    return { inFlight: inFlight.size, requestsTotal, latencyMs }
  }

  /** Takes it on, or says why not. */
  ask(now: Now, asked: Asked): ErrorCode | undefined {
    const { session, body } = asked
    const { sessionRequestsMax, waitingRequestsMax } = this.#options.tuning
    if (this.#lanes.has(asked)) return undefined
    const isOver =
      session.unanswered.size >= sessionRequestsMax ||
      this.#lanes.sizeOf(asked) >= this.#options.limits.sendsInFlightPerOutboxMax
    if (isOver && asked.isInternal !== true) return 'too-many-in-flight'
    const isLogNeeded = needsLog(body)
    if (this.waiting >= waitingRequestsMax && this.#backendsFor({ isLogNeeded }).length === 0) {
      return 'unavailable'
    }
    this.#lastId += 1
    const pending: Pending = {
      id: this.#lastId,
      asked,
      isLogNeeded,
      lane: this.#lanes.laneFor(asked),
      arrivedMs: now.ms,
      backend: undefined,
      sentMs: 0,
      sentTo: [],
      resendWhy: undefined,
    }
    this.requestsTotal += 1
    this.#pending.set(pending.id, pending)
    session.unanswered.add(pending)
    this.#lanes.add(now, pending)
    return undefined
  }

  reply(now: Now, backend: string, frame: ReplyFrame): void {
    const pending = this.#pending.get(frame.request)
    if (pending === undefined || !pending.sentTo.includes(backend)) return
    const { reply } = frame
    if (reply.kind === 'refused' && consumesNothing(reply.code)) {
      if (pending.backend !== backend) return
      if (reply.code === 'unavailable') return this.#unavailable(now, pending, backend)
    }
    if (this.#isStale(now, pending, { backend, frame })) {
      if (pending.backend === backend) this.#lanes.fail(now, pending.lane, 'resend: stale')
      return
    }
    const { session } = pending.asked
    this.#options.monitor.reached(backend, frame.position)
    session.position = Math.max(session.position, frame.position)
    if (pending.backend === backend) this.#measure(pending, backend)
    this.#settle(now, pending, reply)
  }

  backendLost(now: Now, backend: string): void {
    this.#failAll(now, backend, 'resend: link closed', () => true)
  }

  backendsChanged(now: Now): void {
    for (const backend of this.#traffic.keys()) this.#leave(now, backend)
    this.#lanes.retryStalled(now)
  }

  tick(now: Now): void {
    for (const pending of this.#pending.values()) {
      if (now.ms - pending.arrivedMs <= this.#options.tuning.requestWaitMsMax) break
      this.#settle(now, pending, { kind: 'refused', code: 'unavailable' })
    }
    for (const backend of this.#traffic.keys()) {
      this.#leave(now, backend)
      this.#moveOverdue(now, backend)
    }
    this.#lanes.retryStalled(now)
  }

  forget(session: Session): void {
    this.#lanes.forget(session)
    for (const pending of session.unanswered) this.#drop(pending)
  }

  choose(pending: Pending, tried: ReadonlySet<string>): Decision | undefined {
    const { monitor, router } = this.#options
    const { session, about } = pending.asked
    const untried = (backend: string) => !tried.has(backend)
    const usable = this.#backendsFor(pending).filter(untried)
    const there = monitor.readableAt(session.position)
    const best = usable.filter((backend) => there.includes(backend))
    return router.choose(session, about, best.length > 0 ? best : usable)
  }

  isUsable(pending: Pending, backend: string): boolean {
    return this.#backendsFor(pending).includes(backend)
  }

  transmit(pending: Pending, { backend, reason }: Decision): void {
    const traffic = this.#traffic.get(backend)!
    const { session, body } = pending.asked
    this.#options.router.decisions.add(pending.resendWhy ?? reason)
    if (pending.resendWhy !== undefined) this.resentTotal += 1
    pending.backend = backend
    pending.sentMs = this.#options.clock.ms
    if (!pending.sentTo.includes(backend)) pending.sentTo.push(backend)
    traffic.inFlight.add(pending)
    traffic.requestsTotal += 1
    this.#inFlight += 1
    const after = session.position
    this.#options.outputs.link(backend, { t: 'request', request: pending.id, after, body })
  }

  recall(pending: Pending, why: string): void {
    this.#ground(pending)
    pending.resendWhy = why
  }

  #backendsFor({ isLogNeeded }: { readonly isLogNeeded: boolean }): readonly string[] {
    const { monitor } = this.#options
    return isLogNeeded ? monitor.active : monitor.readable
  }

  #unavailable(now: Now, pending: Pending, backend: string): void {
    const { monitor, tuning } = this.#options
    const { kind } = pending.asked.body
    const mayNeedLog = kind === 'token' || kind === 'guest'
    if (mayNeedLog && !pending.isLogNeeded && monitor.statusOf(backend) === 'cut-off') {
      if (monitor.active.length === 0 && this.waiting >= tuning.waitingRequestsMax) {
        return this.#settle(now, pending, { kind: 'refused', code: 'unavailable' })
      }
      pending.isLogNeeded = true
    }
    this.#lanes.fail(now, pending.lane, 'resend: unavailable')
  }

  /** Moves on what is at a backend that is not well, where another is. */
  #leave(now: Now, backend: string): void {
    const { monitor } = this.#options
    const status = monitor.statusOf(backend)
    if (status === 'active' || status === 'draining') return
    if (status === 'down') return this.#failAll(now, backend, 'resend: down', () => true)
    this.#failAll(now, backend, `resend: ${status}`, (pending) => {
      return !this.isUsable(pending, backend) && this.#hasOther(pending, backend)
    })
  }

  #moveOverdue(now: Now, backend: string): void {
    const { clock, tuning } = this.#options
    const late: Lane[] = []
    for (const pending of this.#traffic.get(backend)!.inFlight) {
      const ageMs = clock.ms - pending.sentMs
      if (ageMs <= tuning.requestSilenceMsMax) break
      const factor = Math.min(2 ** (pending.sentTo.length - 1), patienceFactorMax)
      if (ageMs <= tuning.requestSilenceMsMax * factor) continue
      if (this.#hasOther(pending, backend)) late.push(pending.lane)
    }
    for (const lane of new Set(late)) {
      const others = this.#options.monitor.readable.filter((other) => other !== backend)
      if (others.every((other) => lane.tried.has(other))) lane.tried.clear()
      this.#lanes.fail(now, lane, 'resend: overdue')
    }
  }

  #failAll(now: Now, backend: string, why: string, which: (pending: Pending) => boolean): void {
    const inFlight = this.#traffic.get(backend)?.inFlight
    if (inFlight === undefined || inFlight.size === 0) return
    const lanes = new Set<Lane>()
    for (const pending of inFlight) if (which(pending)) lanes.add(pending.lane)
    for (const lane of lanes) this.#lanes.fail(now, lane, why)
  }

  #hasOther(pending: Pending, backend: string): boolean {
    return this.#backendsFor(pending).some((other) => other !== backend)
  }

  #isStale(
    now: Now,
    pending: Pending,
    { backend, frame }: { backend: string; frame: ReplyFrame },
  ): boolean {
    const { asked, lane, arrivedMs } = pending
    if (asked.isStale === undefined) return false
    const others = this.#backendsFor(pending).filter((other) => other !== backend)
    const isAskedOfAll = others.every((other) => lane.tried.has(other))
    return asked.isStale(frame, { ageMs: now.ms - arrivedMs, isAskedOfAll })
  }

  #settle(now: Now, pending: Pending, reply: Reply): void {
    this.#drop(pending)
    this.#lanes.settled(now, pending)
    pending.asked.settle(now, reply)
  }

  #drop(pending: Pending): void {
    this.#ground(pending)
    this.#pending.delete(pending.id)
    pending.asked.session.unanswered.delete(pending)
  }

  #ground(pending: Pending): void {
    if (pending.backend === undefined) return
    this.#traffic.get(pending.backend)?.inFlight.delete(pending)
    this.#inFlight -= 1
    pending.backend = undefined
  }

  #measure(pending: Pending, backend: string): void {
    const traffic = this.#traffic.get(backend)!
    const tookMs = this.#options.clock.ms - pending.sentMs
    traffic.latencyMs += (tookMs - traffic.latencyMs) * latencyWeight
  }
}

function consumesNothing(code: ErrorCode): boolean {
  return code === 'unavailable' || code === 'out-of-turn' || retryOf(code) === 'seal'
}

/** Questions that change something. */
const changing: ReadonlySet<AskFrame['t']> = new Set([
  ...(['read', 'revoke', 'password'] as const),
  ...(['publish', 'claim', 'archive', 'mail'] as const),
])

/** Whatever may be answered from the state alone does not: reads, and who was here before. */
function needsLog(body: RequestBody): boolean {
  switch (body.kind) {
    case 'catch-up':
    case 'token':
    case 'guest':
      return false
    case 'ask':
      return changing.has(body.frame.t)
    default:
      return true
  }
}
