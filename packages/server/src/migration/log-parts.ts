/**
 * Reads a log part by part, from one position up to another. A log hands over as fast as it can and
 * knows no pause, so each part is a following of its own that stops when it has enough: what is
 * read is never more than what is being worked on.
 */
import { type Log, LogError } from '@starling/core/log/log'
import type { Position, PositionedRecord } from '@starling/core/log/record'

export const logPartLimits = {
  recordsMax: 1_000,
  /** A part of which nothing comes for so long ends the reading. */
  waitMsMax: 60_000,
} as const

export interface LogRange {
  readonly after: Position
  readonly upTo: Position
}

/** Each part has at least one record. Rejects with a `LogError`. */
export async function* partsOf(
  log: Log,
  { after, upTo }: LogRange,
): AsyncGenerator<readonly PositionedRecord[]> {
  for (let position = after; position < upTo; ) {
    const part = (await partAfter(log, position)).filter((one) => one.position <= upTo)
    const last = part.at(-1)
    if (last === undefined) return
    yield part
    position = last.position
  }
}

async function partAfter(log: Log, after: Position): Promise<readonly PositionedRecord[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly PositionedRecord[]>()
  let whyNot = ''
  const late = setTimeout(() => {
    const why = whyNot === '' ? 'nothing came' : whyNot
    reject(new LogError('unavailable', 'no', `The log was read up to ${after}, then: ${why}`))
  }, logPartLimits.waitMsMax)
  const stop = log.follow(after, {
    onRecords: (records) => resolve(records.slice(0, logPartLimits.recordsMax)),
    onReach: (_, why) => {
      whyNot = why
    },
    onDamage: (why) => reject(new LogError('damaged', 'no', why)),
  })
  try {
    return await promise
  } finally {
    clearTimeout(late)
    stop()
  }
}
