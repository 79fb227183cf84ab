/**
 * How processes learn of each other's commits. Each commit writes the log's head into one small
 * file in place; whoever listens is woken by the system (inotify, kqueue, …) within a fraction of
 * a millisecond. A slow poll makes up for what the system does not tell, a faster one where it
 * cannot watch files at all. A ring says only "look": it may come late, twice, or for nothing.
 *
 * The number in the file is never greater than the head of the log that was acknowledged, so a
 * log that ends before it has lost something. (It is not flushed: after a loss of power it may be
 * older.)
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { nodeCodeOf } from './sqlite-trouble.ts'

const doorbellPolls = { watchedMs: 1_000, unwatchedMs: 10 } as const

export class Doorbell {
  readonly path: string
  readonly #ears = new Set<() => void>()
  #file: number
  #watcher: fs.FSWatcher | undefined
  #poll: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(directory: string) {
    this.path = join(directory, 'doorbell')
    this.#file = openOrCreate(this.path)
  }

  ring(position: number): void {
    try {
      fs.writeSync(this.#file, `${String(position).padStart(16)}\n`, 0)
    } catch (error) {
      // The commit stands; the others find it when they look by themselves.
      if (nodeCodeOf(error) !== 'ENOSPC' && nodeCodeOf(error) !== 'EDQUOT') throw error
    }
  }

  /** The position that was rung last, 0 when the file does not tell. */
  lastRung(): number {
    const text = fs.readFileSync(this.path, 'latin1')
    return /^ *\d+\n$/.test(text) ? Number(text) : 0
  }

  /** Returns the function that stops listening. */
  listen(ear: () => void): () => void {
    this.#ears.add(ear)
    if (!this.#poll) this.#begin()
    return () => this.#ears.delete(ear)
  }

  close(): void {
    this.#isClosed = true
    this.#watcher?.close()
    clearTimeout(this.#poll)
    this.#ears.clear()
    fs.closeSync(this.#file)
  }

  #begin(): void {
    this.#watch()
    const again = () => {
      if (!this.#watcher) this.#reopen()
      this.#rang()
      if (this.#isClosed) return
      this.#poll = setTimeout(
        again,
        this.#watcher ? doorbellPolls.watchedMs : doorbellPolls.unwatchedMs,
      )
      this.#poll.unref()
    }
    this.#poll = setTimeout(again, 0)
    this.#poll.unref()
  }

  #watch(): void {
    try {
      this.#watcher = fs.watch(this.path, { persistent: false }, (event) => {
        if (event === 'rename') this.#unwatch()
        this.#rang()
      })
    } catch (error) {
      // No watches left, or none here: the faster poll does it.
      if (!unwatchable.has(nodeCodeOf(error) ?? '')) throw error
      return
    }
    this.#watcher.on('error', () => this.#unwatch())
  }

  #unwatch(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  /** Somebody may have moved the file away; all must ring the one that bears the name. */
  #reopen(): void {
    fs.closeSync(this.#file)
    this.#file = openOrCreate(this.path)
    this.#watch()
  }

  #rang(): void {
    for (const ear of [...this.#ears]) ear()
  }
}

const unwatchable: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EMFILE',
  'ENFILE',
  'ENOSYS',
  'ENOENT',
  'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
])

function openOrCreate(path: string): number {
  return fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600)
}
