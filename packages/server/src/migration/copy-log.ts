/**
 * Copies the records of one log to another, in order, each to the position that it has: positions
 * are told to clients, and stores are made from them. It goes on where an earlier copy stopped, and
 * refuses a log that holds anything else. While somebody else appends to the target, a record gets
 * another position than it had; that is noticed at once and ends the copy.
 */
import { type Log, LogError } from '@starling/core/log/log'
import type { Position, PositionedRecord } from '@starling/core/log/record'
import { partsOf } from './log-parts.ts'

export interface LogCopy {
  readonly source: Log
  readonly target: Log
  readonly upTo: Position
  readonly onProgress: (position: Position) => void
}

/** The target is no copy of the source, or no longer. */
export class NoCopy extends Error {}

/** Rejects with `NoCopy`, or with a `LogError`. */
export async function copyLog({ source, target, upTo, onProgress }: LogCopy): Promise<void> {
  const after = await target.head()
  await assertCopy(source, target, after)
  for await (const part of partsOf(source, { after, upTo })) {
    await Promise.all(part.map((one) => appendAsIs(target, one)))
    onProgress(part.at(-1)!.position)
  }
}

/** The newest record of the target stands in the source, too, at the same position. */
async function assertCopy(source: Log, target: Log, head: Position): Promise<void> {
  if (head === 0) return
  const sourceHead = await source.head()
  if (sourceHead < head) {
    throw new NoCopy(`the target ends at position ${head}, the source at ${sourceHead} already`)
  }
  const [of, has] = await Promise.all([newest(source, head), newest(target, head)])
  if (of === undefined || has === undefined || of !== has) {
    throw new NoCopy(`at position ${head} the target holds ${has}, the source ${of}`)
  }
}

/** The id of the record at that position. */
async function newest(log: Log, at: Position): Promise<string | undefined> {
  for await (const part of partsOf(log, { after: at - 1, upTo: at })) {
    return part.find(({ position }) => position === at)?.record.id
  }
  return undefined
}

async function appendAsIs(target: Log, { position, record }: PositionedRecord): Promise<void> {
  const got = await appended(target, record)
  if (got === position) return
  throw new NoCopy(`the record of position ${position} came to stand at ${got} of the target`)
}

async function appended(target: Log, record: PositionedRecord['record']): Promise<Position> {
  try {
    return await target.append(record)
  } catch (error) {
    // The same id may be appended again; what is refused for other reasons will not change.
    if (!(error instanceof LogError && error.code === 'unavailable')) throw error
    return target.append(record)
  }
}
