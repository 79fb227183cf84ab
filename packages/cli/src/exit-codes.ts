import type { StartError } from '@starling/server/telemetry/start-error'

/** What `starling` ends with; docs/operating.md shows the same table. */
export const exitCodes = {
  done: 0,
  /** It was tried and did not succeed; `check`: the configuration is wrong. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A server could not start: configuration, port, data folder. Starting again will not help. */
  cannotStart: 3,
  /** A server ended by itself: its store or the log was not right. Starting again may help. */
  wentWrong: 4,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** A log that is out of reach now may be there later. */
export function exitCodeOf({ code }: StartError): ExitCode {
  return code === 'log-unreachable' ? exitCodes.failed : exitCodes.cannotStart
}

/** What was found, and what to do about it. */
abstract class WithRemedy extends Error {
  readonly remedy: string
  constructor(found: string, remedy: string) {
    super(found)
    this.name = new.target.name
    this.remedy = remedy
  }
}

/** Nothing was started. */
export class CannotStart extends WithRemedy {}

/** What was tried did not succeed. */
export class NotDone extends WithRemedy {}

/** The command line cannot be understood. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
