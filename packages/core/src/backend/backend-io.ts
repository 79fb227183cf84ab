/** What goes into a backend node and what comes out. The shell performs the outputs. */
import type { Limits } from '@starling/protocol/limits'
import type { LinkDown, Rank } from '../link/down.ts'
import type { LinkUp } from '../link/up.ts'
import type { LogRecord, PositionedRecord } from '../log/record.ts'
import type { Chance, Now } from '../now.ts'
import type { Applied } from '../room/applied.ts'
import type { Store } from '../room/store.ts'
import type { Claim } from './digest-watch.ts'

/** One connection of one front-end; the shell's name for it, never used twice. */
export type LinkId = string

export interface BackendOptions {
  readonly name: string
  readonly rank: Rank
  readonly store: Store
  readonly chance: Chance
  readonly limits: Limits
  readonly areGuestsAllowed: boolean
  readonly isRegistrationOpen: boolean
  readonly tuning: BackendTuning
}

export interface BackendTuning {
  readonly healthMs: number
  /**
   * Records on their way to the log. With one alone, what arrives while it waits for its turn would
   * wait for the next turn too; the log makes one commit of all that wait.
   */
  readonly appendsInFlightMax: number
  readonly opsPerRecordMax: number
  readonly recordBytesMax: number
  /** Requests waiting at one backend; above it new ones are refused `unavailable`. */
  readonly requestsInFlightMax: number
  /** How long a request may wait for a position or the log before it is refused `unavailable`. */
  readonly requestWaitMsMax: number
  readonly presenceFlushMs: number
  /** How long somebody whose last session went still counts as online. */
  readonly presenceGraceMs: number
  readonly drainMsMax: number
  /** Positions divisible by it are checkpoints; the same at all backends. */
  readonly digestEvery: number
  /** How often the others are told of new checkpoints, and of the newest again. */
  readonly claimMs: number
  readonly claimAgainMs: number
}

export const backendTuning: BackendTuning = {
  healthMs: 200,
  appendsInFlightMax: 16,
  opsPerRecordMax: 1_000,
  recordBytesMax: 512 * 1024,
  requestsInFlightMax: 10_000,
  requestWaitMsMax: 20_000,
  presenceFlushMs: 100,
  presenceGraceMs: 5_000,
  drainMsMax: 5_000,
  digestEvery: 64,
  claimMs: 1_000,
  claimAgainMs: 10_000,
}

/** A record from the log. `applied` when the engine applied it here within the append's commit. */
export interface LoggedRecord extends PositionedRecord {
  readonly applied?: Applied
}

export type BackendOutput =
  | { readonly kind: 'send'; readonly link: LinkId; readonly frame: LinkDown }
  | { readonly kind: 'close'; readonly link: LinkId; readonly why: string }
  /** To be answered by `appended` or `appendFailed`. */
  | { readonly kind: 'append'; readonly record: LogRecord }
  /** To be answered by `passwordHashed`. */
  | { readonly kind: 'hash-password'; readonly task: number; readonly password: string }
  /** To be answered by `passwordChecked`. */
  | {
      readonly kind: 'check-password'
      readonly task: number
      readonly password: string
      readonly passwordHash: string
    }
  /** To be told to all other backends; it may get lost. */
  | { readonly kind: 'claim'; readonly claim: Claim }
  /** This replica is wrong: it must stop, and its store must not be used again. */
  | { readonly kind: 'diverged'; readonly why: string }
  /** Another backend put settings that differ from this one's configuration in `names`. */
  | { readonly kind: 'settings-differ'; readonly names: readonly string[] }
  /** Everything is answered; the process may end. */
  | { readonly kind: 'drained' }

/**
 * The node's inputs. After each turn of inputs the shell calls `drain` once and performs what it
 * returns, in order; batching follows from that. `tick` comes at least every 250 ms.
 */
export interface BackendInputs {
  linkOpened(now: Now, link: LinkId): void
  linkClosed(now: Now, link: LinkId): void
  linkFrame(now: Now, link: LinkId, frame: LinkUp): void
  /** Records of the log in order, each once; those of others and one's own. */
  records(now: Now, records: readonly LoggedRecord[]): void
  /** The append is durable. Its operations are answered when its record was handed to `records`. */
  appended(now: Now, recordId: string): void
  appendFailed(
    now: Now,
    recordId: string,
    failure: { code: string; landed: 'no' | 'unknown' },
  ): void
  logReach(now: Now, canAppend: boolean, why: string): void
  /** Another backend's `claim`. */
  claimHeard(now: Now, claim: Claim): void
  passwordHashed(now: Now, task: number, passwordHash: string): void
  passwordChecked(now: Now, task: number, isRight: boolean): void
  loopDelay(now: Now, ms: number): void
  beginDrain(now: Now): void
  tick(now: Now): void
  drain(now: Now): readonly BackendOutput[]
}

/** Running totals and present values, for metrics and for `starling top`. */
export interface BackendFigures {
  readonly clients: number
  readonly inFlight: number
  readonly feeds: number
  readonly links: number
  readonly position: number
  readonly requestsTotal: number
  readonly appendsTotal: number
  readonly opsAppliedTotal: number
  /** Settings in which the state differs from this backend's configuration. */
  readonly settingsDiffer: readonly string[]
  /** Checkpoints at which replicas differ, and no majority says which is right. */
  readonly digestDisputes: number
  readonly refusalsTotal: { readonly [code: string]: number }
}
