/**
 * What one process at a time may do with a profile, held by SQLite's lock on an empty file: the
 * operating system takes it back from a process that dies. Nobody waits long for one that hangs:
 * what it guards takes milliseconds, and without the lock the worst is that the later one wins.
 */
import { DatabaseSync } from 'node:sqlite'

const heldMsMax = 2_000
const againMs = 10
const sqliteBusy = 5

export class ProfileLock {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Undefined when another holds it too long. */
  static async wait(path: string): Promise<ProfileLock | undefined> {
    const untilMs = performance.now() + heldMsMax
    for (;;) {
      const lock = ProfileLock.#take(path, 0)
      if (lock !== undefined || performance.now() >= untilMs) return lock
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }

  static holding<T>(path: string, act: () => T): T {
    const lock = ProfileLock.#take(path, heldMsMax)
    try {
      return act()
    } finally {
      lock?.release()
    }
  }

  static #take(path: string, timeout: number): ProfileLock | undefined {
    const database = new DatabaseSync(path, { timeout })
    try {
      database.exec('begin exclusive')
      return new ProfileLock(database)
    } catch (error) {
      database.close()
      const code = (error as { errcode?: number }).errcode
      if (code !== undefined && (code & 0xff) === sqliteBusy) return undefined
      throw error
    }
  }

  /** Closing rolls back, which ends the lock. */
  release(): void {
    this.#database.close()
  }
}
