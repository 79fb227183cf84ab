/** What goes into a front-end node and what comes out. The shell performs the outputs. */
import type { CloseReason } from '@starling/protocol/close-codes'
import type { Limits } from '@starling/protocol/limits'
import type { Health, LinkDown, Rank } from '../link/down.ts'
import type { LinkUp } from '../link/up.ts'
import type { Chance, Now } from '../now.ts'
import type { AdmissionFigures } from './admission.ts'
import type { BalancingPolicyName } from './balancing/policy.ts'

/** One client connection; the shell's name for it, never used twice in the cluster. */
export type SessionId = string

export interface FrontendOptions {
  readonly name: string
  readonly incarnation: string
  /** Where clients reach this front-end, then the others. */
  readonly addresses: readonly string[]
  /** In configuration order: primaries first. */
  readonly backends: readonly { readonly name: string; readonly rank: Rank }[]
  readonly policy: BalancingPolicyName
  readonly longMessageCharacters: number
  readonly limits: Limits
  readonly tuning: FrontendTuning
  readonly chance: Chance
  /** SHA-256, base64url; tokens go no further than the front-end. */
  readonly hash: (text: string) => string
}

export interface FrontendTuning {
  /** Health frames missing for so long: no new requests, and what is in flight goes elsewhere. */
  readonly backendSilenceMsMax: number
  /** A request unanswered for so long goes to the next backend although the first looks well. */
  readonly requestSilenceMsMax: number
  /** Requests in flight at one backend above which another is asked while it has room. */
  readonly backendInFlightMax: number
  /** Requests in flight and waiting of one session; above it `too-many-in-flight`. */
  readonly sessionRequestsMax: number
  /** Requests of all sessions that wait for any active backend; above it `unavailable`. */
  readonly waitingRequestsMax: number
  /** How long a request waits for an active backend before it is refused `unavailable`. */
  readonly requestWaitMsMax: number
  readonly clientListFlushMs: number
  /** Frames per second and burst, of one connection and of one account. */
  readonly framesPerSecond: number
  readonly framesBurst: number
  readonly loginsPerMinute: number
  readonly helloMsMax: number
  /** Hellos at backends at once, of known devices and of those who are new; above it they wait. */
  readonly knownHelloesInFlightMax: number
  readonly newHelloesInFlightMax: number
  /** Of either; above it, or waiting for so long, they are told when to come again. */
  readonly helloesWaitingMax: number
  readonly helloWaitMsMax: number
  readonly badFramesMax: number
  readonly drainSpreadMs: number
  readonly catchUpEntries: number
}

export const frontendTuning: FrontendTuning = {
  backendSilenceMsMax: 800,
  requestSilenceMsMax: 1_500,
  backendInFlightMax: 2_000,
  sessionRequestsMax: 256,
  waitingRequestsMax: 20_000,
  requestWaitMsMax: 30_000,
  clientListFlushMs: 50,
  framesPerSecond: 50,
  framesBurst: 200,
  loginsPerMinute: 10,
  helloMsMax: 10_000,
  knownHelloesInFlightMax: 256,
  newHelloesInFlightMax: 256,
  helloesWaitingMax: 20_000,
  helloWaitMsMax: 1_500,
  badFramesMax: 10,
  drainSpreadMs: 2_000,
  catchUpEntries: 200,
}

export type FrontendOutput =
  /**
   * The same text to each of these sessions. A list that was put out is never changed; the same
   * list comes again while a room's followers stay the same.
   */
  | { readonly kind: 'text'; readonly sessions: readonly SessionId[]; readonly text: string }
  | { readonly kind: 'close'; readonly session: SessionId; readonly reason: CloseReason }
  | { readonly kind: 'link'; readonly backend: string; readonly frame: LinkUp }
  /** Every client was told and is gone or had its time; the process may end. */
  | { readonly kind: 'drained' }

/**
 * The node's inputs. After each turn of inputs the shell calls `drain` once and performs what it
 * returns, in order. `tick` comes at least every 250 ms. The shell keeps one link to each backend
 * and dials again by itself.
 */
export interface FrontendInputs {
  clientOpened(now: Now, session: SessionId): void
  /** Unparsed and untrusted. */
  clientText(now: Now, session: SessionId, text: string): void
  /** It answered a ping of the shell's, so it is not silent although it says nothing. */
  clientAlive(now: Now, session: SessionId): void
  clientClosed(now: Now, session: SessionId): void
  /** The socket's send buffer is over its limit: send nothing more until `clientDrained` (P7). */
  clientBlocked(now: Now, session: SessionId): void
  clientDrained(now: Now, session: SessionId): void
  linkOpened(now: Now, backend: string): void
  linkClosed(now: Now, backend: string): void
  linkFrame(now: Now, backend: string, frame: LinkDown): void
  beginDrain(now: Now): void
  tick(now: Now): void
  drain(now: Now): readonly FrontendOutput[]
}

/** While any is `active`, others get no requests; where none is, `cut-off` ones are read from. */
export type BackendStatus = 'active' | 'silent' | 'cut-off' | 'draining' | 'down'

export interface BackendView {
  readonly name: string
  readonly rank: Rank
  readonly status: BackendStatus
  /** For people: 'no health for 640 ms', 'cannot append: disk full', … */
  readonly why: string
  /** Clients of this front-end that have it as their own. */
  readonly clients: number
  /** Requests of this front-end in flight there. */
  readonly inFlight: number
  readonly requestsTotal: number
  readonly latencyMs: number
  /** Feeds of this front-end from it. */
  readonly feeds: number
  readonly health: Health | undefined
}

/** Running totals and present values, for metrics and for `starling top`. */
export interface FrontendFigures {
  readonly name: string
  readonly clients: number
  readonly followers: number
  readonly waiting: number
  readonly helloes: AdmissionFigures
  readonly requestsTotal: number
  readonly resentTotal: number
  readonly entriesInTotal: number
  readonly entriesOutTotal: number
  readonly refusalsTotal: { readonly [code: string]: number }
  /** Reason of a routing decision → how often. */
  readonly decisionsTotal: { readonly [reason: string]: number }
  readonly backends: readonly BackendView[]
}
