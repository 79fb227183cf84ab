/**
 * The vault in a thread of its own: a commit of a large room computes for half a second, in which
 * nobody wants to wait for a key press. Jobs are done there in the order in which they are given.
 *
 * A thread that dies, or says nothing for long while it has work, is replaced; its jobs are given
 * to the next one, since what it did of them stands as a whole or not at all. A job that fells one
 * thread after the other is given up.
 */
import type { CipherResult, CipherWork } from '@starling/core/client/private/cipher'

/** What has the keys and does the cryptography. Each job is answered. */
export interface Cipher {
  do(work: CipherWork): Promise<CipherResult>
  close(): Promise<void>
}

/** Where the keys are; the thread opens it. */
export type VaultPlace =
  | { readonly kind: 'sqlite'; readonly path: string; readonly passphrase: string | undefined }
  | { readonly kind: 'indexeddb'; readonly name: string }
  | { readonly kind: 'memory' }

export type ThreadUp =
  | { readonly t: 'open'; readonly place: VaultPlace }
  | { readonly t: 'job'; readonly id: number; readonly work: CipherWork }
  | { readonly t: 'close' }

export type ThreadDown =
  | { readonly t: 'done'; readonly id: number; readonly result: CipherResult }
  | { readonly t: 'closed' }

export interface Thread {
  post(frame: ThreadUp): void
  end(): void
}

export interface ThreadEvents {
  readonly frame: (frame: ThreadDown) => void
  readonly died: (why: string) => void
}

export type StartThread = (events: ThreadEvents) => Thread

const triesMax = 3
/** The largest group takes a few seconds; many of its commits together, a minute. */
const silenceMsMax = 120_000
const closeMsMax = 5_000

interface Job {
  readonly work: CipherWork
  readonly settle: (result: CipherResult) => void
  tries: number
}

export class CipherThread implements Cipher {
  readonly #start: StartThread
  readonly #place: () => VaultPlace
  readonly #jobs = new Map<number, Job>()
  #ids = 0
  #thread: Thread | undefined
  #watch: ReturnType<typeof setTimeout> | undefined
  #isClosed = false
  #closed: () => void = () => {}

  /** `place` is asked for when there is work. */
  constructor(start: StartThread, place: () => VaultPlace) {
    this.#start = start
    this.#place = place
  }

  do(work: CipherWork): Promise<CipherResult> {
    if (this.#isClosed) return Promise.resolve(unavailable('It is closed.'))
    this.#ids += 1
    const id = this.#ids
    return new Promise((settle) => {
      this.#jobs.set(id, { work, settle, tries: 1 })
      this.#running().post({ t: 'job', id, work })
      this.#heard()
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const thread = this.#thread
    if (thread !== undefined) {
      const late = setTimeout(() => this.#closed(), closeMsMax)
      await new Promise<void>((resolve) => {
        this.#closed = resolve
        thread.post({ t: 'close' })
      })
      clearTimeout(late)
      thread.end()
    }
    clearTimeout(this.#watch)
    for (const { settle } of this.#jobs.values()) settle(unavailable('It is closed.'))
    this.#jobs.clear()
  }

  #running(): Thread {
    if (this.#thread !== undefined) return this.#thread
    let isOver = false
    const thread = this.#start({
      frame: (frame) => {
        if (!isOver) this.#frame(frame)
      },
      died: (why) => {
        if (isOver) return
        isOver = true
        this.#died(thread, why)
      },
    })
    this.#thread = thread
    thread.post({ t: 'open', place: this.#place() })
    return thread
  }

  #frame(frame: ThreadDown): void {
    if (frame.t === 'closed') return this.#closed()
    const job = this.#jobs.get(frame.id)
    this.#jobs.delete(frame.id)
    this.#heard()
    job?.settle(frame.result)
  }

  /** The first job is the one that it was at. */
  #died(thread: Thread, why: string): void {
    thread.end()
    this.#thread = undefined
    if (this.#isClosed) return this.#closed()
    const [first] = this.#jobs
    if (first !== undefined) {
      const [id, job] = first
      job.tries += 1
      if (job.tries > triesMax) {
        this.#jobs.delete(id)
        job.settle(unavailable(why))
      }
    }
    if (this.#jobs.size === 0) return clearTimeout(this.#watch)
    for (const [id, { work }] of this.#jobs) this.#running().post({ t: 'job', id, work })
    this.#heard()
  }

  #heard(): void {
    clearTimeout(this.#watch)
    const thread = this.#thread
    if (this.#jobs.size === 0 || thread === undefined) return
    const silent = () => this.#died(thread, 'It has not answered for long.')
    this.#watch = setTimeout(silent, silenceMsMax)
  }
}

export function unavailable(why: string): CipherResult {
  const say = `The keys of this device cannot be used now. ${why}`
  return { outcome: { kind: 'failed', code: 'vault-unavailable', say } }
}
