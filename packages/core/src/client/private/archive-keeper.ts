/**
 * The person's archive of keys at the servers: what this device learned is put there for the
 * person's other devices, and what they put is learned. A row may come long after it was missed
 * (the device that put it was offline, or its question was lost), so the rows of a room are asked
 * for again and again while something of it waits for its key, with pauses that grow.
 *
 * What was written before this device came may be before the person came as well, and then no key
 * ever comes: for that alone a room's rows are asked for a few times only.
 */
import type { ArchiveRow } from '@starling/protocol/down'
import { limits } from '@starling/protocol/limits'
import type { Chance, Now } from '../../now.ts'
import type { Asks } from '../asks.ts'
import type { CipherJobs } from './cipher-jobs.ts'
import { retryMs } from './group.ts'

export const archiveLimits = {
  /** From what could not be read until the room's rows are asked for … */
  learnMsMin: 2_000,
  /** … and so much longer each time, … */
  learnMsFactor: 5,
  /** … up to this. */
  learnMsMax: 600_000,
  /** So often on one connection for what is only older than this device. */
  olderAsksMax: 4,
  /** Rows that wait to be archived; above it the oldest are given up for this run. */
  rowsMax: 10_000,
  /** Rows in one question. */
  rowsPerAskMax: Math.min(100, limits.archiveRowsPerAskMax),
} as const

/** Why something of a room waits for keys: `late`: one was a member; `older`: perhaps not yet. */
export type Lack = 'late' | 'older'

export interface ArchiveKeeperHost {
  readonly asks: Asks
  readonly jobs: CipherJobs
  readonly chance: Chance
  /** This device holds the key of the archive. */
  readonly isReady: () => boolean
  /** What of the room waits for keys now; undefined when nothing does, or the room is gone. */
  readonly lackOf: (room: string) => Lack | undefined
}

interface Wanted {
  tries: number
  atMs: number
}

export class ArchiveKeeper {
  readonly #host: ArchiveKeeperHost
  #rows: readonly ArchiveRow[] = []
  #isPutting = false
  #putTries = 0
  #putAtMs = 0
  /** All rows are to be learned: this device was linked. */
  #isAllWanted = false
  #allTries = 0
  #allAtMs = 0
  #isLearning = false
  readonly #wanted = new Map<string, Wanted>()
  /** What a question that is still open was asked for is another person's. */
  #run = 0

  constructor(host: ArchiveKeeperHost) {
    this.#host = host
  }

  /** Rows that the cipher wants kept. */
  keep(now: Now, rows: readonly ArchiveRow[]): void {
    const known = new Set(this.#rows.map(({ key }) => key))
    const fresh = rows.filter(({ key }) => !known.has(key))
    this.#rows = [...this.#rows, ...fresh].slice(-archiveLimits.rowsMax)
    this.#put(now)
  }

  learnAll(now: Now): void {
    this.#isAllWanted = true
    this.#learnDue(now)
  }

  /** Something of the room could not be read. */
  missed(now: Now, room: string): void {
    if (this.#wanted.has(room)) return
    this.#wanted.set(room, { tries: 0, atMs: now.ms + this.#pauseMs(0) })
  }

  /** A new connection: another backend may know more, and the other devices as well. */
  welcomed(now: Now, rooms: readonly string[]): void {
    this.#putAtMs = 0
    this.#allAtMs = 0
    for (const room of [...this.#wanted.keys(), ...rooms]) {
      this.#wanted.set(room, { tries: 0, atMs: now.ms + this.#pauseMs(0) })
    }
    this.#put(now)
  }

  /** The person asks: at once. */
  again(now: Now, room: string): void {
    this.#wanted.set(room, { tries: 0, atMs: now.ms })
    this.#putAtMs = 0
    this.#put(now)
    this.#learnDue(now)
  }

  tick(now: Now): void {
    this.#put(now)
    this.#learnDue(now)
  }

  clear(): void {
    this.#run += 1
    this.#rows = []
    this.#isPutting = false
    this.#isLearning = false
    this.#isAllWanted = false
    this.#wanted.clear()
  }

  #put(now: Now): void {
    const rows = this.#rows.slice(0, archiveLimits.rowsPerAskMax)
    if (this.#isPutting || rows.length === 0 || now.ms < this.#putAtMs) return
    this.#isPutting = true
    const run = this.#run
    this.#host.asks.ask(now, { t: 'archive', rows: [...rows] }, (at, result) => {
      if (run !== this.#run) return
      this.#isPutting = false
      if (!result.ok && result.retry !== 'never') {
        this.#putAtMs = at.ms + retryMs(this.#putTries, this.#host.chance())
        this.#putTries += 1
        return
      }
      this.#putTries = 0
      // What is refused for good the cipher gives again when it prepares next.
      const given = new Set(rows.map(({ key }) => key))
      this.#rows = this.#rows.filter(({ key }) => !given.has(key))
      if (result.ok) {
        this.#host.jobs.account({ kind: 'archive-kept', keys: [...given] }, () => {})
      }
      this.#put(at)
    })
  }

  /** One thing at a time: everything first, then the rooms by turns. */
  #learnDue(now: Now): void {
    if (this.#isLearning || !this.#host.isReady()) return
    if (this.#isAllWanted) {
      if (now.ms >= this.#allAtMs) this.#learnEverything(now)
      return
    }
    for (const [room, wanted] of this.#wanted) {
      if (wanted.atMs > now.ms) continue
      const lack = this.#host.lackOf(room)
      if (lack === undefined) this.#wanted.delete(room)
      else if (lack === 'late' || wanted.tries < archiveLimits.olderAsksMax) {
        return this.#learnRoom(now, room, wanted)
      }
    }
  }

  #learnEverything(now: Now): void {
    this.#learn(now, [''], (at, isDone) => {
      this.#isAllWanted = !isDone
      this.#allAtMs = isDone ? 0 : at.ms + retryMs(this.#allTries, this.#host.chance())
      this.#allTries = isDone ? 0 : this.#allTries + 1
    })
  }

  #learnRoom(now: Now, room: string, wanted: Wanted): void {
    // Who sealed with them before the keys, so that it is known whose is what they open.
    this.#learn(now, ['s:', `e:${room}:`], (at) => {
      wanted.tries += 1
      wanted.atMs = at.ms + this.#pauseMs(wanted.tries)
    })
  }

  #learn(now: Now, prefixes: readonly string[], ended: (now: Now, isDone: boolean) => void): void {
    this.#isLearning = true
    const run = this.#run
    this.#page(now, {
      ...{ prefixes, run, after: undefined },
      ended: (at, isDone) => {
        if (run !== this.#run) return
        this.#isLearning = false
        ended(at, isDone)
        this.#learnDue(at)
      },
    })
  }

  #page(now: Now, { prefixes, run, after, ended }: Page): void {
    const [prefix, ...others] = prefixes
    if (prefix === undefined) return ended(now, true)
    const from = after === undefined ? {} : { after }
    this.#host.asks.ask(now, { t: 'archived', prefix, ...from }, (at, result) => {
      const answer = result.ok && result.answer.kind === 'archived' ? result.answer : undefined
      if (answer === undefined || run !== this.#run) return ended(at, false)
      const { rows, more } = answer
      const last = rows.at(-1)
      const isEnd = !more || last === undefined
      const next = isEnd ? { prefixes: others, after: undefined } : { prefixes, after: last.key }
      // Only with the last of all rows this device has learned what it was linked for.
      const isLast = isEnd && prefix === ''
      if (rows.length === 0 && !isLast) return this.#page(at, { ...next, run, ended })
      this.#host.jobs.account({ kind: 'learn', rows, isLast }, (then, { outcome }) => {
        if (outcome.kind === 'failed') ended(then, false)
        else this.#page(then, { ...next, run, ended })
      })
    })
  }

  #pauseMs(tries: number): number {
    const { learnMsMin, learnMsFactor, learnMsMax } = archiveLimits
    const pauseMs = Math.min(learnMsMax, learnMsMin * learnMsFactor ** Math.min(tries, 20))
    return pauseMs * (0.9 + 0.2 * this.#host.chance())
  }
}

interface Page {
  /** What is left of them. */
  readonly prefixes: readonly string[]
  readonly after: string | undefined
  readonly run: number
  readonly ended: (now: Now, isDone: boolean) => void
}
