/**
 * The folder of a backend that has a store of its own, beside a log that is elsewhere:
 *
 *   store.db              the store; with it the identity of the log that it was made from
 *   store.db.set-aside-…  one that was not right, kept for whoever looks into it; the newest only
 *   store.db.part         a copy on its way from another backend; taken over when it is whole
 *   snapshot-….out        a copy on its way to another backend
 *   store.lock            held by the process that uses the folder
 *
 * The lock is SQLite's exclusive lock: the kernel lets go of it when the process ends, however it
 * ends. The identity stands in the file itself, so no crash can part the two.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isBusy, isFileTrouble, nodeCodeOf } from '../log/sqlite/sqlite-trouble.ts'
import { type OpenedSqliteStore, openSqliteStore } from '../store/sqlite-store.ts'
import { StartError } from '../telemetry/start-error.ts'

const setAsideMark = 'store.db.set-aside-'

export class StoreFolder {
  readonly path: string
  readonly storePath: string
  readonly partPath: string
  readonly #lock: DatabaseSync
  #copies = 0

  /** Throws a `StartError` when it cannot be used or another process uses it. */
  static take(path: string): StoreFolder {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw unusable(path, error)
    }
    const folder = new StoreFolder(path, lockIn(path))
    for (const name of folder.#names()) {
      if (name.startsWith('store.db.part') || /^snapshot-.*\.out/.test(name)) folder.#remove(name)
    }
    return folder
  }

  private constructor(path: string, lock: DatabaseSync) {
    this.path = path
    this.storePath = join(path, 'store.db')
    this.partPath = join(path, 'store.db.part')
    this.#lock = lock
  }

  /** Where a copy for another backend may be made; never the same twice. */
  nextCopyPath(): string {
    this.#copies += 1
    return join(this.path, `snapshot-${this.#copies}.out`)
  }

  hasStore(): boolean {
    return this.#names().includes('store.db')
  }

  /**
   * Opens the store, made anew where there is none. Throws `StoreDamaged` when the file is no
   * database that can be read.
   */
  open(): OpenedSqliteStore {
    try {
      return openSqliteStore(this.storePath)
    } catch (error) {
      if (!isFileTrouble(error)) throw error
      if (isDamage(error)) throw new StoreDamaged(`${this.storePath}: ${error.message}`)
      throw unusable(this.path, error)
    }
  }

  /**
   * Moves the store out of the way; the one moved before goes. The store must be closed. Answers
   * the new path, or undefined when there is no store. `at` is ISO 8601.
   */
  setAside(at: string): string | undefined {
    if (!this.hasStore()) return undefined
    for (const name of this.#names()) if (name.startsWith(setAsideMark)) this.#remove(name)
    const mark = `${setAsideMark}${at.replaceAll(':', '-')}`
    for (const end of ['-wal', '-shm', '']) {
      const name = `store.db${end}`
      if (this.#names().includes(name)) renameSync(join(this.path, name), this.#at(mark + end))
    }
    return this.#at(mark)
  }

  /** The copy becomes the store. Both must be closed, which leaves nothing beside their files. */
  takePart(): void {
    for (const end of ['-wal', '-shm']) this.#remove(`store.db${end}`)
    renameSync(this.partPath, this.storePath)
  }

  dropPart(): void {
    for (const end of ['', '-wal', '-shm']) this.#remove(`store.db.part${end}`)
  }

  release(): void {
    this.#lock.close()
  }

  #at(name: string): string {
    return join(this.path, name)
  }

  #names(): readonly string[] {
    return readdirSync(this.path)
  }

  #remove(name: string): void {
    rmSync(this.#at(name), { force: true })
  }
}

/** The file of a store is no database, or one that is broken. */
export class StoreDamaged extends Error {}

const resultCorrupt = 11
const resultNotADatabase = 26

/** Whether SQLite says that the file itself is broken. */
export function isDamage(error: unknown): error is Error {
  if (!(error instanceof Error && 'errcode' in error)) return false
  const result = typeof error.errcode === 'number' ? error.errcode & 0xff : 0
  return result === resultCorrupt || result === resultNotADatabase
}

function lockIn(path: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(path, 'store.lock'), { timeout: 0 })
    // Nothing is ever written to it, so it needs no journal.
    lock.exec('PRAGMA journal_mode = OFF')
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (!isFileTrouble(error)) throw error
    if (!isBusy(error)) throw unusable(path, error)
    throw new StartError(
      'store-taken',
      `The folder ${path} is in use by another process of the same backend.`,
      'Stop that one first, or give this backend a name or a data folder of its own.',
    )
  }
}

function unusable(path: string, error: unknown): StartError {
  const why = error instanceof Error ? (nodeCodeOf(error) ?? error.message) : String(error)
  return new StartError(
    'store-unusable',
    `The folder ${path} cannot be used (${why}).`,
    'See that it can be written by this user and that its disk has room.',
  )
}
