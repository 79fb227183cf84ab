/** Why a backend ends by itself: what was found, and what to do about it. */
import { isDamage } from '../engine/store-folder.ts'
import type { BackendFailure } from './backend-engine.ts'

export function diverged(why: string): BackendFailure {
  return {
    code: 'diverged',
    found: `what is stored here differs from what the other backends have: ${why}`,
    remedy:
      'its store was set aside (store.db.set-aside-…), the next start takes that of another ' +
      'backend; look at the disk and the memory of this machine',
    isStoreWrong: true,
  }
}

/** The store is right as far as it goes; whether the log can be gone on with, the start finds. */
export function logDamaged(why: string): BackendFailure {
  return {
    code: 'log-damaged',
    found: `the log cannot be followed any further: ${why}`,
    remedy: 'start it again: it takes the store of a backend that is further, or says what to do',
    isStoreWrong: false,
  }
}

/** With an error of SQLite. */
export function storeFailed(error: unknown): BackendFailure {
  const isStoreWrong = isDamage(error)
  return {
    code: 'store-failed',
    found: `the store cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    remedy: isStoreWrong
      ? 'start it again, the store is made anew; look at the disk of this machine'
      : 'see that the disk of the data folder has room and can be written',
    isStoreWrong,
  }
}
