/**
 * The one file of the embedded engine, `starling.db`, as one process has it open, with what the
 * processes that share it need beside it: the doorbell, and the alive files.
 *
 * Writing waits for its turn without blocking the event loop: a transaction begins at once or is
 * tried again in a few milliseconds, sooner when the doorbell says that somebody committed. While
 * it waits it watches for a holder that is frozen (frozen-watch.ts). Reading never waits for
 * writers (WAL), but for an instant it may meet a recovery; only for that the connection has a
 * busy timeout.
 */
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { LogError } from '@starling/core/log/log'
import { ReadTurn } from '../../store/read-turn.ts'
import { AliveFile } from './alive-file.ts'
import { Doorbell } from './doorbell.ts'
import { assertNotTorn, assertSound, openDatabase } from './file-checks.ts'
import { FrozenWatch } from './frozen-watch.ts'
import { isBusy, logErrorOf } from './sqlite-trouble.ts'

const lockLimits = {
  /** First and greatest pause between two attempts. */
  pauseMs: 1,
  pauseMsMax: 10,
  /** From then on a waiter looks for frozen processes. */
  patienceMs: 50,
  waitMsMax: 10_000,
  readWaitMsMax: 250,
} as const

export interface SqliteFileOptions {
  readonly directory: string
  /** Of this process among those of the directory. */
  readonly name: string
  /** A frozen process was killed so that the others can go on. */
  readonly onFenced?: (name: string, pid: number) => void
  /** A transaction that could not begin for so long is refused. */
  readonly lockWaitMsMax?: number
}

export class SqliteFile {
  readonly path: string
  readonly doorbell: Doorbell
  readonly #options: SqliteFileOptions
  readonly #alive: AliveFile
  readonly #wakes = new Set<() => void>()
  #db: DatabaseSync | undefined
  #reads: ReadTurn | undefined
  #unlisten: (() => void) | undefined

  /** Creates the file when there is none; throws a `LogError` when it cannot be trusted. */
  static async open(options: SqliteFileOptions): Promise<SqliteFile> {
    const path = join(options.directory, 'starling.db')
    let file: SqliteFile | undefined
    try {
      makePrivate(options.directory)
      file = new SqliteFile(options, path)
      assertNotTorn(path)
      file.#db = await file.whenFree(() => openDatabase(path))
      file.#reads = new ReadTurn(file.#db)
      assertSound(file.#db, { path, rung: file.doorbell.lastRung() })
      return file
    } catch (error) {
      file?.close()
      throw logErrorOf(error, { path, landed: 'no' })
    }
  }

  private constructor(options: SqliteFileOptions, path: string) {
    this.#options = options
    this.path = path
    this.#alive = new AliveFile(options.directory, options.name)
    try {
      this.doorbell = new Doorbell(options.directory)
    } catch (error) {
      this.#alive.close()
      throw error
    }
    this.#unlisten = this.doorbell.listen(() => this.#wakeAll())
  }

  get db(): DatabaseSync {
    if (!this.#db) throw closedError(this.path)
    return this.#db
  }

  get reads(): ReadTurn {
    if (!this.#reads) throw closedError(this.path)
    return this.#reads
  }

  /** The whole work in one transaction, begun when the file is free; nothing when it throws. */
  async transact<T>(work: () => T): Promise<T> {
    try {
      return await this.whenFree(() => this.#transactNow(work))
    } catch (error) {
      throw logErrorOf(error, { path: this.path, landed: 'no' })
    }
  }

  /** Attempts until it is not refused as busy. */
  async whenFree<T>(attempt: () => T): Promise<T> {
    const waitMsMax = this.#options.lockWaitMsMax ?? lockLimits.waitMsMax
    const sinceMs = performance.now()
    let pauseMs: number = lockLimits.pauseMs
    let watch: FrozenWatch | undefined
    for (;;) {
      try {
        return attempt()
      } catch (error) {
        if (!isBusy(error)) throw error
      }
      const nowMs = performance.now()
      const waitedMs = nowMs - sinceMs
      if (waitedMs > waitMsMax) throw this.#waitedInVain(waitedMs)
      if (waitedMs > lockLimits.patienceMs) {
        const { directory, onFenced = () => {} } = this.#options
        watch ??= new FrozenWatch({ directory, onFenced })
        watch.look({ ms: nowMs, wallMs: Date.now() })
      }
      await this.#pause(pauseMs)
      pauseMs = Math.min(pauseMs * 2, lockLimits.pauseMsMax)
    }
  }

  close(): void {
    if (!this.#unlisten) return
    this.#unlisten()
    this.#unlisten = undefined
    this.#reads?.end()
    this.#reads = undefined
    this.#db?.close()
    this.#db = undefined
    this.doorbell.close()
    this.#alive.close()
    this.#wakeAll()
  }

  #transactNow<T>(work: () => T): T {
    const { db, reads } = this
    reads.end()
    db.exec('PRAGMA busy_timeout = 0')
    try {
      db.exec('BEGIN IMMEDIATE')
    } finally {
      db.exec(`PRAGMA busy_timeout = ${lockLimits.readWaitMsMax}`)
    }
    let made: T
    try {
      made = work()
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw logErrorOf(error, { path: this.path, landed: 'no' })
    }
    try {
      db.exec('COMMIT')
    } catch (error) {
      // The commit's frames may be in the file all the same, and found there after a crash.
      if (db.isTransaction) db.exec('ROLLBACK')
      throw logErrorOf(error, { path: this.path, landed: 'unknown' })
    }
    return made
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#wakes.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#wakes.add(done)
    })
  }

  #wakeAll(): void {
    for (const wake of [...this.#wakes]) wake()
  }

  #waitedInVain(waitedMs: number): LogError {
    return new LogError(
      'unavailable',
      'no',
      `${this.path}: another program has held the write lock for ${Math.round(waitedMs)} ms. ` +
        'It is none of this engine, or it may not be killed from here; end it, or wait for it.',
    )
  }
}

function closedError(path: string): LogError {
  return new LogError('closed', 'no', `${path} is closed here.`)
}

/** What people wrote is nobody else's on this machine. */
function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if ((statSync(directory).mode & 0o077) !== 0) chmodSync(directory, 0o700)
}
