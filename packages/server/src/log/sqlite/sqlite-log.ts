/**
 * The log in a SQLite file that the processes of one machine share.
 *
 * Appending: what waits when the write lock is won goes into one transaction, hence one fsync.
 * Under the lock, positions count on from the head, and an id that stands already is answered
 * with its position. Where a store is kept in the same file (`within`), each record is applied to
 * it in the same transaction. When anything fails, the whole transaction is undone and all of it
 * refused.
 *
 * Reach: a failed write is told to the followers, and a small write is tried until one succeeds.
 */
import { type Log, LogError, type LogFollower } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'
import type { Applied } from '@starling/core/room/applied'
import { Followings } from './followings.ts'
import { RecordTable } from './record-table.ts'
import { SqliteFile, type SqliteFileOptions } from './sqlite-file.ts'
import { logErrorOf } from './sqlite-trouble.ts'

export const sqliteLogLimits = {
  appendsWaitingMax: 1_000,
  /** Of one transaction; the rest waits for the next. */
  recordsPerCommitMax: 500,
  charactersPerCommitMax: 1024 * 1024,
  /** Records applied in one transaction when the store is behind the log. */
  catchUpRecordsMax: 200,
  probeMs: 500,
  /** What a probe writes, so that it does not succeed on a disk that has no room for a record. */
  probeBytes: 64 * 1024,
} as const

/** A store in the same file, brought forward within each append's transaction. */
export interface WithinAppend {
  readonly position: Position
  apply(position: Position, record: LogRecord): Applied
  /** All that is applied in `work` is written together. */
  batch<T>(work: () => T): T
}

interface Waiting {
  readonly record: LogRecord
  readonly text: string
  readonly resolve: (position: Position) => void
  readonly reject: (error: LogError) => void
}

interface Committed {
  readonly waiting: Waiting
  readonly position: Position
  readonly isFirst: boolean
  readonly applied: Applied | undefined
}

export class SqliteLog implements Log {
  readonly #file: SqliteFile
  readonly #within: WithinAppend | undefined
  readonly #records: RecordTable
  readonly #followings: Followings
  #waiting: Waiting[] = []
  /** Undefined while nothing waits. */
  #pumping: Promise<void> | undefined
  #probe: NodeJS.Timeout | undefined
  #isClosed = false

  /** A log alone; with a store beside it: engine/sqlite-engine.ts. */
  static async open(options: SqliteFileOptions): Promise<SqliteLog> {
    return new SqliteLog(await SqliteFile.open(options))
  }

  /** Takes the file over and closes it. */
  constructor(file: SqliteFile, within?: WithinAppend) {
    this.#file = file
    this.#within = within
    this.#records = new RecordTable(file.db, file.path)
    this.#followings = new Followings(file, this.#records)
  }

  async append(record: LogRecord): Promise<Position> {
    this.#assertOpen()
    if (this.#waiting.length >= sqliteLogLimits.appendsWaitingMax) {
      throw new LogError('unavailable', 'no', `${this.#file.path}: too many appends wait.`)
    }
    const { promise, resolve, reject } = Promise.withResolvers<Position>()
    this.#waiting.push({ record, text: JSON.stringify(record), resolve, reject })
    this.#pumping ??= this.#pump()
    return promise
  }

  async head(): Promise<Position> {
    this.#assertOpen()
    try {
      return this.#records.head()
    } catch (error) {
      throw logErrorOf(error, { path: this.#file.path, landed: 'no' })
    }
  }

  follow(after: Position, follower: LogFollower): () => void {
    this.#assertOpen()
    return this.#followings.add(after, follower)
  }

  /** Applies what the store lacks of the log. `onProgress` is told after each part. */
  async catchUp(onProgress: (position: Position, head: Position) => void): Promise<void> {
    while (this.#within && this.#within.position < this.#records.head()) {
      await this.#file.transact(() => this.#catchUpSome())
      onProgress(this.#within.position, this.#records.head())
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#probe)
    this.#followings.close()
    const left = this.#waiting.splice(0)
    for (const { reject } of left) reject(this.#closedError())
    this.#file.close()
    await this.#pumping
  }

  async #pump(): Promise<void> {
    // What else comes in this turn joins.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) await this.#commitSome()
    this.#pumping = undefined
  }

  async #commitSome(): Promise<void> {
    let taken: Waiting[] = []
    let committed: readonly Committed[]
    try {
      committed = await this.#file.transact(() => {
        if (this.#catchUpSome()) return []
        taken = this.#take()
        const insert = () => this.#insert(taken)
        return this.#within === undefined ? insert() : this.#within.batch(insert)
      })
    } catch (error) {
      if (!(error instanceof LogError)) throw error
      // When the lock was not won, all that waits has waited too long.
      const refused = taken.length > 0 ? taken : this.#waiting.splice(0)
      this.#outOfReach(error)
      for (const { reject } of refused) reject(error)
      return
    }
    if (committed.length > 0) this.#tell(committed)
  }

  /** False when the store has all of the log. To be called within a transaction. */
  #catchUpSome(): boolean {
    const within = this.#within
    if (!within || within.position >= this.#records.head()) return false
    const lacking = this.#records.after(within.position, {
      upTo: Number.MAX_SAFE_INTEGER,
      recordsMax: sqliteLogLimits.catchUpRecordsMax,
      charactersMax: sqliteLogLimits.charactersPerCommitMax,
    })
    within.batch(() => {
      for (const { position, record } of lacking.records) within.apply(position, record)
    })
    return true
  }

  #take(): Waiting[] {
    let count = 0
    let characters = 0
    for (const { text } of this.#waiting) {
      characters += text.length
      if (count >= sqliteLogLimits.recordsPerCommitMax) break
      if (count > 0 && characters > sqliteLogLimits.charactersPerCommitMax) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  #insert(taken: readonly Waiting[]): readonly Committed[] {
    let head = this.#records.head()
    return taken.map((waiting) => {
      const { record, text } = waiting
      const first = this.#records.positionOf(record.id)
      if (first !== undefined) {
        return { waiting, position: first, isFirst: false, applied: undefined }
      }
      head += 1
      this.#records.insert(head, { id: record.id, text })
      const applied = this.#within?.apply(head, record)
      return { waiting, position: head, isFirst: true, applied }
    })
  }

  #tell(committed: readonly Committed[]): void {
    const fresh = committed
      .filter(({ isFirst }) => isFirst)
      .map(({ waiting, position, applied }) => ({
        position,
        record: waiting.record,
        ...(applied && { applied }),
      }))
    const last = fresh.at(-1)
    for (const { waiting, position } of committed) waiting.resolve(position)
    if (!last) return
    this.#file.doorbell.ring(last.position)
    if (!this.#isClosed) this.#followings.committed(fresh)
  }

  #outOfReach(error: LogError): void {
    if (this.#isClosed) return
    this.#followings.writable(error.message)
    // What is damaged stays so until an operator acts.
    if (error.code === 'damaged') return
    this.#probe ??= setTimeout(() => void this.#probeOnce(), sqliteLogLimits.probeMs)
    this.#probe.unref()
  }

  async #probeOnce(): Promise<void> {
    this.#probe = undefined
    try {
      await this.#file.transact(() => this.#records.fill(sqliteLogLimits.probeBytes))
      await this.#file.transact(() => this.#records.unfill())
    } catch (error) {
      if (!(error instanceof LogError)) throw error
      this.#outOfReach(error)
      return
    }
    if (!this.#isClosed) this.#followings.writable(undefined)
  }

  #assertOpen(): void {
    if (this.#isClosed) throw this.#closedError()
  }

  #closedError(): LogError {
    return new LogError('closed', 'no', `This handle of the log ${this.#file.path} is closed.`)
  }
}
