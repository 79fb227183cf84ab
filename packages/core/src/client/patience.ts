/**
 * How long a client waits before it dials again, and for its welcome when it has dialled.
 *
 * Both grow with each failure in a row, once all addresses were tried. A wait is drawn from the
 * whole of its window: however many come at once, they are spread over more and more time, until a
 * front-end can serve those that come in a moment. Patience has to grow as well: where all wait
 * longer than they are ready to, the front-end serves only those that have just given up.
 *
 * A front-end that says how long to wait knows better than the window's beginning; chance is added,
 * since it may say the same to many.
 */
import type { Addresses } from './addresses.ts'
import type { ClientOptions } from './client-io.ts'

/** Of the wait that a front-end asked for, at most so much is added. */
const askedSpread = 0.25
/** Doubling is counted no further. */
const doublingsMax = 30

export class Patience {
  readonly #options: Pick<ClientOptions, 'tuning' | 'chance'>
  readonly #addresses: Pick<Addresses, 'count'>
  #failures = 0

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
    const windowMs = Math.min(tuning.backoffMsMax, tuning.backoffMsMin * this.#growth)
    const obeyedMs = Math.min(askedMs, tuning.retryMsMax) * (1 + askedSpread * chance())
    return Math.max(obeyedMs, windowMs * chance())
  }

  get #growth(): number {
    const rounds = this.#failures + 1 - this.#addresses.count
    return 2 ** Math.min(Math.max(0, rounds), doublingsMax)
  }
}
