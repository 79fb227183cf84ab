/**
 * A log that is followed from one record earlier than asked for: the first record that comes must
 * be the one that the store has applied last. So a follower holds the log to what it has from its
 * first moment on, also when the log goes out of reach before anything new came and comes back with
 * another history; from then on the log below compares by itself. What does not overlap is damage.
 */
import type { Log, LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position, PositionedRecord } from '@starling/core/log/record'
import type { Standing } from './store-guard.ts'

export interface OverlappingLogOptions {
  readonly log: Log
  /** What the store has applied; asked when somebody begins to follow. */
  readonly standing: () => Standing
}

export class OverlappingLog implements Log {
  readonly #options: OverlappingLogOptions

  constructor(options: OverlappingLogOptions) {
    this.#options = options
  }

  append(record: LogRecord): Promise<Position> {
    return this.#options.log.append(record)
  }

  head(): Promise<Position> {
    return this.#options.log.head()
  }

  close(): Promise<void> {
    return this.#options.log.close()
  }

  /** `after` must be where the store stands. */
  follow(after: Position, follower: LogFollower): () => void {
    const { log, standing } = this.#options
    const { position, recordId } = standing()
    if (position !== after) {
      throw new Error(`followed from ${after}, but the store stands at ${position}`)
    }
    if (after === 0) return log.follow(0, follower)
    let isProven = false
    const stop = log.follow(after - 1, {
      onRecords: (records) => {
        const fresh = isProven ? records : records.slice(1)
        const why = isProven ? undefined : whyNotThere(records, { position, recordId })
        isProven = true
        if (why !== undefined) {
          stop()
          follower.onReach(false, why)
          follower.onDamage?.(why)
        } else if (fresh.length > 0) follower.onRecords(fresh)
      },
      onReach: (canAppend, why) => follower.onReach(canAppend, why),
      onDamage: (why) => follower.onDamage?.(why),
    })
    return stop
  }
}

function whyNotThere(records: readonly PositionedRecord[], own: Standing): string | undefined {
  const [first] = records
  if (first?.position === own.position && first.record.id === own.recordId) return undefined
  const found = `${JSON.stringify(first?.record.id)} at ${first?.position}`
  return `the log has ${found} where ${JSON.stringify(own.recordId)} at ${own.position} was applied`
}
