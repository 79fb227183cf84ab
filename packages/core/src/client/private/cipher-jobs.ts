/**
 * Work for the cipher, one at a time for each lane (a room, or what is of no room), in the order in
 * which it was given. Work of rooms waits until the cipher was prepared. What waits is bounded by
 * those who give it: each of them waits for its answer before it gives the next.
 *
 * Every job is answered once. One that the cipher does not answer for long, though it answered all
 * that it was given before, counts as failed, and its lane goes on. What it came to is not known
 * then: it may be done later, or never. So of a late answer nothing is used but what holds
 * whenever it is told (`late`); where things stand is asked anew.
 */
import type { Now } from '../../now.ts'
import type { ClientOutput } from '../client-io.ts'
import type { AccountWork, CipherResult, CipherWork, RoomWork } from './cipher.ts'

/**
 * From the answers to all earlier work until a job counts as failed. The vault replaces a thread
 * that is silent for two minutes, and gives up after three of them.
 */
export const jobMsMax = 420_000
/** Of so many jobs that counted as failed a late answer is known as such. */
const lateJobsMax = 100

export type Done = (now: Now, result: CipherResult) => void

interface Job {
  readonly work: CipherWork
  readonly done: Done
}

interface Lane {
  isRunning: boolean
  readonly waiting: Job[]
}

interface Running {
  readonly at: string
  readonly job: Job
  /** All that was given before is answered since then; undefined until the next tick. */
  sinceMs: number | undefined
}

export interface CipherJobsHost {
  readonly emit: (output: ClientOutput) => void
  /** Told of every outcome before who gave the work is. */
  readonly heard: (now: Now, work: CipherWork, result: CipherResult) => void
  /** Of work that counted as failed. */
  readonly late: (now: Now, work: CipherWork, result: CipherResult) => void
}

export class CipherJobs {
  readonly #host: CipherJobsHost
  readonly #lanes = new Map<string, Lane>()
  readonly #running = new Map<number, Running>()
  readonly #late = new Map<number, CipherWork>()
  #numbers = 0
  #isOpen = false

  constructor(host: CipherJobsHost) {
    this.#host = host
  }

  account(work: AccountWork, done: Done): void {
    this.#give('', { work, done })
  }

  /** The cipher was prepared: it takes the work of rooms. */
  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    for (const [at, lane] of [...this.#lanes]) this.#next(at, lane)
  }

  room(work: RoomWork, done: Done): void {
    this.#give(work.room, { work, done })
  }

  /** A number that nobody waits for (any more) says nothing. */
  answered(now: Now, number: number, result: CipherResult): void {
    const late = this.#late.get(number)
    this.#late.delete(number)
    if (late !== undefined) return this.#host.late(now, late, result)
    if (!this.#running.has(number)) return
    for (const [other, running] of this.#running) if (other > number) running.sinceMs = now.ms
    this.#settle(now, number, result)
  }

  tick(now: Now): void {
    const lost: number[] = []
    for (const [number, running] of this.#running) {
      running.sinceMs ??= now.ms
      if (now.ms - running.sinceMs >= jobMsMax) lost.push(number)
    }
    for (const number of lost) {
      const work = this.#running.get(number)?.job.work
      if (work !== undefined) this.#late.set(number, work)
      this.#settle(now, number, unanswered)
    }
    for (const number of this.#late.keys()) {
      if (this.#late.size <= lateJobsMax) break
      this.#late.delete(number)
    }
  }

  #settle(now: Now, number: number, result: CipherResult): void {
    const running = this.#running.get(number)
    const lane = running && this.#lanes.get(running.at)
    if (running === undefined || lane === undefined) return
    const { at, job } = running
    this.#running.delete(number)
    lane.isRunning = false
    this.#host.heard(now, job.work, result)
    job.done(now, result)
    this.#next(at, lane)
  }

  #give(at: string, job: Job): void {
    const lane = this.#lanes.get(at) ?? { isRunning: false, waiting: [] }
    this.#lanes.set(at, lane)
    lane.waiting.push(job)
    this.#next(at, lane)
  }

  #next(at: string, lane: Lane): void {
    if (lane.isRunning || (at !== '' && !this.#isOpen)) return
    const job = lane.waiting.shift()
    if (job === undefined) {
      this.#lanes.delete(at)
      return
    }
    this.#numbers += 1
    lane.isRunning = true
    this.#running.set(this.#numbers, { at, job, sinceMs: undefined })
    this.#host.emit({ kind: 'cipher', job: this.#numbers, work: job.work })
  }
}

const unanswered: CipherResult = {
  outcome: {
    kind: 'failed',
    code: 'vault-unavailable',
    say: 'The keys of this device did not answer for long; it is tried again.',
  },
}
