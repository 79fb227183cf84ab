/**
 * Who lives, told by Web Locks: whoever holds a lock of its own name lives, and the browser takes
 * the lock from a page or worker that ends in whatever way. So "is it gone?" is asked by wanting
 * its lock.
 */

export interface HeldLock {
  release(): void
}

/** Settles once it is held; rejects when the signal says so first. */
export function holdLock(name: string, signal?: AbortSignal): Promise<HeldLock> {
  return new Promise((resolve, reject) => {
    const options = signal === undefined ? {} : { signal }
    const hold = () => new Promise<void>((release) => resolve({ release }))
    navigator.locks.request(name, options, hold).catch(reject)
  })
}

/** Calls when nobody holds it any more. Returns the undoing. */
export function onLockFree(name: string, act: () => void): () => void {
  const waiting = new AbortController()
  const { signal } = waiting
  holdLock(name, signal).then(
    (held) => {
      held.release()
      if (!signal.aborted) act()
    },
    (error: unknown) => {
      if (!signal.aborted) throw error
    },
  )
  return () => waiting.abort()
}

/** What names of locks and channels of a profile begin with. */
export function lockPrefix(profile: string): string {
  return `starling:${profile}/tabs`
}

export function tabLock(name: string, tab: string): string {
  return `${name}/tab/${tab}`
}

export function hostLock(name: string, host: string): string {
  return `${name}/host/${host}`
}

export function leaderLock(name: string): string {
  return `${name}/leader`
}
