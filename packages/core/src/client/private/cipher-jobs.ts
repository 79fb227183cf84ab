/**
 * Work for the cipher, one at a time for each lane (a room, or what is of no room), in the order in
 * which it was given. Work of rooms waits until the cipher was prepared. Every job is answered
 * once. What waits is bounded by those who give it: each of them waits for its answer before it
 * gives the next.
 */
import type { Now } from '../../now.ts'
import type { ClientOutput } from '../client-io.ts'
import type { AccountWork, CipherResult, CipherWork, RoomWork } from './cipher.ts'

export type Done = (now: Now, result: CipherResult) => void

interface Job {
  readonly work: CipherWork
  readonly done: Done
}

interface Lane {
  running: { readonly number: number; readonly job: Job } | undefined
  readonly waiting: Job[]
}

export class CipherJobs {
  readonly #emit: (output: ClientOutput) => void
  readonly #lanes = new Map<string, Lane>()
  readonly #running = new Map<number, string>()
  #numbers = 0
  #isOpen = false
  /** Told of every outcome before who gave the work is. */
  readonly #heard: (now: Now, work: CipherWork, result: CipherResult) => void

  constructor(
    emit: (output: ClientOutput) => void,
    heard: (now: Now, work: CipherWork, result: CipherResult) => void,
  ) {
    this.#emit = emit
    this.#heard = heard
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
    const at = this.#running.get(number)
    const lane = at === undefined ? undefined : this.#lanes.get(at)
    const running = lane?.running
    if (at === undefined || lane === undefined || running === undefined) return
    this.#running.delete(number)
    lane.running = undefined
    this.#heard(now, running.job.work, result)
    running.job.done(now, result)
    this.#next(at, lane)
  }

  #give(at: string, job: Job): void {
    const lane = this.#lanes.get(at) ?? { running: undefined, waiting: [] }
    this.#lanes.set(at, lane)
    lane.waiting.push(job)
    this.#next(at, lane)
  }

  #next(at: string, lane: Lane): void {
    if (lane.running !== undefined || (at !== '' && !this.#isOpen)) return
    const job = lane.waiting.shift()
    if (job === undefined) {
      this.#lanes.delete(at)
      return
    }
    this.#numbers += 1
    lane.running = { number: this.#numbers, job }
    this.#running.set(this.#numbers, at)
    this.#emit({ kind: 'cipher', job: this.#numbers, work: job.work })
  }
}
