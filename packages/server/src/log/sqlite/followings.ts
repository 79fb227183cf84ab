/**
 * The followers of one handle of the log. Each has a cursor, the position it was handed last. What
 * it gets next is read from the file after the cursor, in parts, so that a follower that begins far
 * back holds nobody up; only what this process has just committed is handed over from memory, with
 * what applying it did, and only to a follower that has everything before it.
 *
 * The first ring after a quiet moment is answered by a look at once. When they come thick and fast,
 * one look serves all that come within `lookMsMin`: it costs the same for one record as for ten.
 */
import type { LoggedRecord } from '@starling/core/backend/backend-io'
import type { LogFollower } from '@starling/core/log/log'
import type { Position } from '@starling/core/log/record'
import type { RecordTable } from './record-table.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { isBusy, isFileTrouble, logErrorOf } from './sqlite-trouble.ts'

/** Between the beginnings of two looks that rings cause. */
const lookMsMin = 3

/** Handed over at one go; the rest waits for the next turn. */
const partLimits = { recordsMax: 1_000, charactersMax: 4 * 1024 * 1024 } as const

interface Following {
  readonly follower: LogFollower
  cursor: Position
  isStopped: boolean
  /** It was told whether the log is within reach. */
  isGreeted: boolean
  /** The rest comes in a later turn. */
  isDeferred: boolean
}

export class Followings {
  readonly #file: SqliteFile
  readonly #records: RecordTable
  readonly #all = new Set<Following>()
  readonly #unlisten: () => void
  #lookedAtMs = Number.NEGATIVE_INFINITY
  /** While a look is due. */
  #later: NodeJS.Timeout | undefined
  /** Why the log cannot be written, or read; undefined when it can. */
  #writeTrouble: string | undefined
  #readTrouble: string | undefined

  constructor(file: SqliteFile, records: RecordTable) {
    this.#file = file
    this.#records = records
    this.#unlisten = file.doorbell.listen(() => this.#rang())
  }

  add(after: Position, follower: LogFollower): () => void {
    const following: Following = {
      follower,
      cursor: after,
      isStopped: false,
      isGreeted: false,
      isDeferred: true,
    }
    this.#all.add(following)
    setImmediate(() => {
      if (following.isStopped) return
      following.isDeferred = false
      following.isGreeted = true
      follower.onReach(this.#why === '', this.#why)
      this.#advance(following, [])
    })
    return () => this.#stop(following)
  }

  /** `own` is what this process has just committed, in order and without a hole. */
  committed(own: readonly LoggedRecord[]): void {
    for (const following of [...this.#all]) this.#advance(following, own)
  }

  /** `trouble`: why the log cannot be written; undefined when it can. */
  writable(trouble: string | undefined): void {
    const before = this.#why
    this.#writeTrouble = trouble
    this.#tellReach(before)
  }

  close(): void {
    this.#unlisten()
    clearTimeout(this.#later)
    for (const following of [...this.#all]) this.#stop(following)
  }

  #rang(): void {
    if (this.#later !== undefined) return
    const waitMs = lookMsMin - (performance.now() - this.#lookedAtMs)
    if (waitMs <= 0) this.#look()
    else this.#later = setTimeout(() => this.#look(), waitMs)
  }

  #look(): void {
    this.#later = undefined
    this.#lookedAtMs = performance.now()
    for (const following of [...this.#all]) this.#advance(following, [])
  }

  #advance(following: Following, own: readonly LoggedRecord[]): void {
    if (following.isStopped || following.isDeferred) return
    const before = own[0] ? own[0].position - 1 : Number.MAX_SAFE_INTEGER
    if (following.cursor < before && !this.#handRead(following, before)) return
    if (own.length > 0 && following.cursor === before) this.#hand(following, own)
  }

  /** Whether all up to `upTo` was handed over; if not, the rest follows by itself. */
  #handRead(following: Following, upTo: Position): boolean {
    const part = this.#read(following.cursor, upTo)
    if (!part) return false
    if (part.records.length > 0) this.#hand(following, part.records)
    if (part.isAll) return true
    following.isDeferred = true
    setImmediate(() => {
      following.isDeferred = false
      this.#advance(following, [])
    })
    return false
  }

  /** Undefined when it cannot be read now; the doorbell's poll tries again. */
  #read(after: Position, upTo: Position) {
    const before = this.#why
    try {
      const part = this.#records.after(after, { upTo, ...partLimits })
      this.#readTrouble = undefined
      return part
    } catch (error) {
      if (!isFileTrouble(error)) throw error
      if (isBusy(error)) return undefined
      this.#readTrouble = logErrorOf(error, { path: this.#file.path, landed: 'no' }).message
      return undefined
    } finally {
      this.#tellReach(before)
    }
  }

  #hand(following: Following, records: readonly LoggedRecord[]): void {
    if (following.isStopped) return
    following.cursor = records.at(-1)?.position ?? following.cursor
    following.follower.onRecords(records)
  }

  get #why(): string {
    return this.#readTrouble ?? this.#writeTrouble ?? ''
  }

  #tellReach(before: string): void {
    const why = this.#why
    if (why === before) return
    for (const { isStopped, isGreeted, follower } of [...this.#all]) {
      if (isGreeted && !isStopped) follower.onReach(why === '', why)
    }
  }

  #stop(following: Following): void {
    following.isStopped = true
    this.#all.delete(following)
  }
}
