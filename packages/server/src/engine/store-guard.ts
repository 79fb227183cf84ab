/**
 * Whether a store and a log belong together, looked at whenever the two meet. A log that lost
 * records may have given their numbers to others, and a follower that asks for what comes after its
 * position would wait in silence and then go on with another history. So the record at the store's
 * position must be the one that the store has applied last.
 */
import { LogError } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'

export interface Standing {
  readonly position: Position
  /** Of the record at this position. */
  readonly recordId: string
}

export interface GuardedHistory {
  head(): Promise<Position>
  recordAt(position: Position): Promise<LogRecord | undefined>
}

export type Verdict =
  /** `behind`: how many positions the log is ahead. */
  | { readonly kind: 'good'; readonly behind: number }
  /** The log lacks what the store has applied: acknowledged messages are gone from it. */
  | { readonly kind: 'went-back'; readonly why: string }
  /** The record that the store needs next is not to be had, though later ones are. */
  | { readonly kind: 'hole'; readonly why: string }

/** Rejects with a `LogError` when the log cannot be asked now. */
export async function judge(standing: Standing, log: GuardedHistory): Promise<Verdict> {
  const { position, recordId } = standing
  const head = await log.head()
  if (head < position) {
    const why = `the log ends at ${head}, but up to ${position} was applied here`
    return { kind: 'went-back', why }
  }
  if (position > 0) {
    const record = await readable(log, position)
    if (record?.id !== recordId) {
      const found = record === undefined ? 'none' : JSON.stringify(record.id)
      const own = JSON.stringify(recordId)
      const why = `the log has ${found} at ${position} where ${own} was applied`
      return { kind: 'went-back', why }
    }
  }
  if (head > position && (await readable(log, position + 1)) === undefined) {
    return {
      kind: 'hole',
      why: `the log ends at ${head} and has nothing that can be read at ${position + 1}`,
    }
  }
  return { kind: 'good', behind: head - position }
}

/** What cannot be read is as good as none. */
async function readable(log: GuardedHistory, position: Position): Promise<LogRecord | undefined> {
  try {
    return await log.recordAt(position)
  } catch (error) {
    if (error instanceof LogError && error.code === 'damaged') return undefined
    throw error
  }
}
