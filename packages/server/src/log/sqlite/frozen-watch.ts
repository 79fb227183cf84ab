/**
 * Fencing. A process that is stopped while it holds SQLite's write lock would stop all others for
 * as long as it stands still. Whoever waits too long for the lock looks at the alive files of the
 * others, again and again, and kills a process whose file does not move: stopped by a signal,
 * after `frozenMsMax`; else, since it may only have much to write, or wait for the disk or the
 * processor, after `hungMsMax`.
 *
 * Time is counted in what was seen: each look adds at most `lookMsMax`, and what the file says of
 * the time before the first look counts for at most `beforeMsMax`. So a waiter that was
 * itself suspended, together with all others, does not wake up and kill those who had no chance
 * to touch their files. Killing needs no agreement: what a killed process had not committed never
 * was.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import type { Now } from '@starling/core/now'
import { aliveDirectory, readAliveFile, seeLiving } from './alive-file.ts'
import { nodeCodeOf } from './sqlite-trouble.ts'

export const fencing = {
  lookMs: 50,
  lookMsMax: 100,
  frozenMsMax: 1_000,
  hungMsMax: 8_000,
  beforeMsMax: 500,
} as const

export interface FrozenWatchOptions {
  readonly directory: string
  readonly onFenced: (name: string, pid: number) => void
}

interface Still {
  readonly movedAt: bigint
  stillMs: number
}

/** Made when a wait begins, thrown away when it ends. */
export class FrozenWatch {
  readonly #options: FrozenWatchOptions
  readonly #still = new Map<string, Still>()
  #lookedAtMs: number | undefined

  constructor(options: FrozenWatchOptions) {
    this.#options = options
  }

  /** May be called as often as one likes. */
  look(now: Now): void {
    const sinceMs = now.ms - (this.#lookedAtMs ?? Number.NEGATIVE_INFINITY)
    if (sinceMs < fencing.lookMs) return
    this.#lookedAtMs = now.ms
    const stepMs = Math.min(sinceMs, fencing.lookMsMax)
    const directory = aliveDirectory(this.#options.directory)
    for (const name of fs.readdirSync(directory)) {
      const stillMs = this.#stillMs(join(directory, name), { stepMs, wallMs: now.wallMs })
      if (stillMs > fencing.frozenMsMax) this.#fence(name, stillMs)
    }
  }

  #stillMs(path: string, { stepMs, wallMs }: { stepMs: number; wallMs: number }): number {
    let movedAt: bigint
    try {
      movedAt = fs.statSync(path, { bigint: true }).mtimeNs
    } catch (error) {
      if (nodeCodeOf(error) !== 'ENOENT') throw error
      this.#still.delete(path)
      return 0
    }
    const before = this.#still.get(path)
    if (before?.movedAt === movedAt) {
      before.stillMs += stepMs
      return before.stillMs
    }
    const agoMs = before ? 0 : wallMs - Number(movedAt / 1_000_000n)
    const stillMs = Math.max(0, Math.min(agoMs, fencing.beforeMsMax))
    this.#still.set(path, { movedAt, stillMs })
    return stillMs
  }

  #fence(name: string, stillMs: number): void {
    const path = join(aliveDirectory(this.#options.directory), name)
    const living = readAliveFile(path)
    if (!living || living.pid === process.pid) return
    const seen = seeLiving(living)
    if (!seen) return
    if (seen.isStopped === false && stillMs <= fencing.hungMsMax) return
    try {
      process.kill(living.pid, 'SIGKILL')
    } catch (error) {
      // Gone meanwhile, or another user's: the wait goes on and ends at its own limit.
      if (nodeCodeOf(error) === 'ESRCH' || nodeCodeOf(error) === 'EPERM') return
      throw error
    }
    this.#still.delete(path)
    this.#options.onFenced(name, living.pid)
  }
}
