/**
 * A log whose followers are guarded: after every time that it was out of reach, what it hands over
 * is held back until the guard has found that its history still is the one that was followed. The
 * follower underneath is let go and, when all is well, follows anew from where this one stands, so
 * nothing needs to be kept meanwhile. What the guard cannot ask now it asks again after a pause.
 */
import { type Log, LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position, PositionedRecord } from '@starling/core/log/record'
import { unreachable } from '@starling/core/now'
import { type GuardedHistory, judge, type Standing } from './store-guard.ts'

export const guardPauseMs = 250

export interface GuardedLogOptions<L> {
  readonly log: L
  /** What the store has applied; asked when somebody begins to follow. */
  readonly standing: () => Standing
}

export class GuardedLog<L extends Log & GuardedHistory> implements Log {
  readonly #options: GuardedLogOptions<L>
  readonly #followings = new Set<Following>()

  constructor(options: GuardedLogOptions<L>) {
    this.#options = options
  }

  append(record: LogRecord): Promise<Position> {
    return this.#options.log.append(record)
  }

  head(): Promise<Position> {
    return this.#options.log.head()
  }

  /** `after` must be where the store stands. */
  follow(after: Position, follower: LogFollower): () => void {
    const standing = this.#options.standing()
    if (standing.position !== after) {
      throw new Error(`followed from ${after}, but the store stands at ${standing.position}`)
    }
    const following = new Following(this.#options.log, { standing, follower })
    following.begin()
    this.#followings.add(following)
    return () => {
      following.stop()
      this.#followings.delete(following)
    }
  }

  async close(): Promise<void> {
    for (const following of this.#followings) following.stop()
    await this.#options.log.close()
  }
}

/** `fresh`: within reach for the first time; `cut`: was within reach and is no more. */
type Reach = 'fresh' | 'within' | 'cut' | 'judging' | 'over'

class Following {
  readonly #log: Log & GuardedHistory
  readonly #follower: LogFollower
  #standing: Standing
  #reach: Reach = 'fresh'
  #stopBelow = () => {}
  #pause: NodeJS.Timeout | undefined

  constructor(log: Log & GuardedHistory, of: { standing: Standing; follower: LogFollower }) {
    this.#log = log
    this.#follower = of.follower
    this.#standing = of.standing
  }

  begin(): void {
    this.#reach = 'fresh'
    let isLetGo = false
    const stop = this.#log.follow(this.#standing.position, {
      onRecords: (records) => {
        if (!isLetGo) this.#onRecords(records)
      },
      onReach: (canAppend, why) => {
        if (!isLetGo) this.#onReach(canAppend, why)
      },
      onDamage: (why) => {
        if (!isLetGo) this.#damaged(why)
      },
    })
    this.#stopBelow = () => {
      isLetGo = true
      stop()
    }
  }

  stop(): void {
    this.#reach = 'over'
    clearTimeout(this.#pause)
    this.#stopBelow()
  }

  #onRecords(records: readonly PositionedRecord[]): void {
    if (this.#reach === 'cut') return this.#judge()
    const last = records.at(-1)
    if (last === undefined) return
    this.#standing = { position: last.position, recordId: last.record.id }
    this.#follower.onRecords(records)
  }

  #onReach(canAppend: boolean, why: string): void {
    switch (this.#reach) {
      case 'fresh':
      case 'within':
        if (canAppend) this.#reach = 'within'
        else if (this.#reach === 'within') this.#reach = 'cut'
        return this.#follower.onReach(canAppend, why)
      case 'cut':
        return canAppend ? this.#judge() : this.#follower.onReach(false, why)
      case 'judging':
      case 'over':
        return
      default:
        return unreachable(this.#reach)
    }
  }

  #judge(): void {
    this.#reach = 'judging'
    this.#stopBelow()
    void this.#judgeOnce()
  }

  async #judgeOnce(): Promise<void> {
    let found: Awaited<ReturnType<typeof judge>>
    try {
      found = await judge(this.#standing, this.#log)
    } catch (error) {
      if (!(error instanceof LogError)) throw error
      if (error.code === 'damaged') return this.#damaged(error.message)
      if (this.#reach !== 'judging') return
      this.#follower.onReach(false, error.message)
      this.#pause = setTimeout(() => void this.#judgeOnce(), guardPauseMs)
      return
    }
    if (this.#reach !== 'judging') return
    if (found.kind === 'good') this.begin()
    else this.#damaged(found.why)
  }

  #damaged(why: string): void {
    if (this.#reach === 'over') return
    this.stop()
    this.#follower.onReach(false, why)
    this.#follower.onDamage?.(why)
  }
}
