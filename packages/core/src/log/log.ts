/**
 * The log: the replicated, ordered, durable list of records; the only source of truth.
 *
 * Contract (log/log-contract.test-suite.ts runs it on every implementation):
 * - `append` resolves after the record is durable, with its position. The same id again resolves
 *   with the first position. A rejection is a `LogError`; `landed: 'unknown'` may still turn up.
 * - `follow` hands over every record after a position once, in order, without a hole: those already
 *   there first, then new ones within milliseconds.
 * - A record that a follower saw is durable.
 * - A follower is told `onReach(true, '')` as soon as the log is within reach. Until then, and
 *   while much of what was there is still to come, it may be told `onReach(false, why)`.
 * - A log that went back, was made anew, has a hole or holds what cannot be read is `damaged`: the
 *   follower is told so once, by `onReach(false, why)` and `onDamage(why)`, and hears nothing more.
 * - A closed handle refuses everything with the code `closed`; `follow` throws it.
 */
import type { LogRecord, Position, PositionedRecord } from './record.ts'

export interface LogFollower {
  /** Never empty, in order. */
  onRecords(records: readonly PositionedRecord[]): void
  /** The log is out of reach, or within reach again, or what was there is being handed over. */
  onReach(canAppend: boolean, why: string): void
  /** What was handed over may not be what the log holds: fatal, an operator must act. */
  onDamage?(why: string): void
}

export interface Log {
  append(record: LogRecord): Promise<Position>
  /** The position of the newest record, 0 for an empty log. */
  head(): Promise<Position>
  /** Returns the function that stops following. */
  follow(after: Position, follower: LogFollower): () => void
  close(): Promise<void>
}

/**
 * `full`: no room left; `too-large`: the log takes no record of that size, now or later;
 * `unavailable`: try again; `damaged`: an operator must act.
 */
export type LogErrorCode = 'full' | 'too-large' | 'unavailable' | 'damaged' | 'closed'

export class LogError extends Error {
  readonly code: LogErrorCode
  readonly landed: 'no' | 'unknown'
  constructor(code: LogErrorCode, landed: 'no' | 'unknown', message: string) {
    super(message)
    this.name = 'LogError'
    this.code = code
    this.landed = landed
  }
}
