/**
 * How long a client waits before it dials again, and for its welcome when it has dialled.
 *
 * Both grow with each failure in a row, once all addresses were tried. A wait is drawn from the
 * whole of its window: however many come at once, they are spread over more and more time, until a
 * front-end can serve those that come in a moment. Patience has to grow as well: where all wait
 * longer than they are ready to, the front-end serves only those that have just given up.
 *
 * A front-end that says how long to wait knows better than the window. Chance is added, since it
 * may say the same to many, and more each time: it may hope for too much.
 */
import type { Addresses } from './addresses.ts'
import type { ClientOptions } from './client-io.ts'

/** What is added the first time is at most so much of the wait that was asked for. */
const addedShare = 0.5
/** Doubling is counted no further. */
const doublingsMax = 30

export class Patience {
  readonly #options: Pick<ClientOptions, 'tuning' | 'chance'>
  readonly #addresses: Pick<Addresses, 'count'>
  #failures = 0
  /** Waits that front-ends asked for in a row. */
  #timesAsked = 0

  constructor(
    options: Pick<ClientOptions, 'tuning' | 'chance'>,
    addresses: Pick<Addresses, 'count'>,
  ) {
    this.#options = options
    this.#addresses = addresses
  }

  /** Failed ones in a row. */
  get attempt(): number {
    return this.#failures
  }

  renew(): void {
    this.#failures = 0
    this.#timesAsked = 0
  }

  failed(): void {
    this.#failures += 1
  }

  get connectMs(): number {
    const { connectMsMin, connectMsMax } = this.#options.tuning
    return Math.min(connectMsMax, connectMsMin * this.#growth)
  }

  /** `askedMs`: what a front-end said, else 0. */
  waitMs(askedMs: number): number {
    const { chance, tuning } = this.#options
    const { retryMsMax, backoffMsMin, backoffMsMax } = tuning
    if (askedMs > 0) {
      const addedMs = askedMs * addedShare * 2 ** this.#timesAsked * chance()
      this.#timesAsked = Math.min(this.#timesAsked + 1, doublingsMax)
      return Math.min(askedMs + addedMs, retryMsMax)
    }
    return Math.min(backoffMsMax, backoffMsMin * this.#growth) * chance()
  }

  get #growth(): number {
    const rounds = this.#failures + 1 - this.#addresses.count
    return 2 ** Math.min(Math.max(0, rounds), doublingsMax)
  }
}
