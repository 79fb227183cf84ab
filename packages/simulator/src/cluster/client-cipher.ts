/**
 * What holds the keys of a simulated client: the stand-in cipher on a vault that lies on the
 * client's disk. A job is done at one moment, durably, and its outcome told at a later one; a crash
 * may fall before, between or behind the two. Now and then the vault cannot be opened.
 */
import type { CipherResult, CipherWork } from '@starling/core/client/private/cipher'
import { StandInCipher } from '@starling/core/client/private/stand-in-cipher'
import { emptyVault, type Vault } from '@starling/core/client/private/stand-in-vault'
import { randomId } from '@starling/core/client/random-id'
import type { Now } from '@starling/core/now'
import type { Random } from '../random.ts'

export interface CipherPace {
  /** How long a job takes, and how long its outcome is on its way, at most. */
  readonly workMsMax: number
  /** Share of the jobs for which the vault cannot be opened. */
  readonly failShare: number
}

export interface CipherHost {
  readonly later: (delayMs: number, input: (now: Now) => void) => void
  readonly done: (now: Now, job: number, result: CipherResult) => void
  readonly observe: (work: CipherWork, result: CipherResult) => void
}

export function newVault(random: Random): Vault {
  return emptyVault(() => randomId(random.chance))
}

export class ClientCipher {
  readonly #cipher: StandInCipher
  readonly #random: Random
  readonly #pace: CipherPace
  readonly #host: CipherHost

  constructor(vault: Vault, { random, pace, host }: CipherSetup) {
    this.#cipher = new StandInCipher(vault, random.chance)
    this.#random = random
    this.#pace = pace
    this.#host = host
  }

  give(job: number, work: CipherWork): void {
    const { later, done, observe } = this.#host
    later(this.#random.fraction(0, this.#pace.workMsMax), (now) => {
      const result = this.#random.isHit(this.#pace.failShare)
        ? unavailable
        : this.#cipher.work(now, work)
      observe(work, result)
      later(this.#random.fraction(0, this.#pace.workMsMax), (then) => done(then, job, result))
    })
  }
}

export interface CipherSetup {
  readonly random: Random
  readonly pace: CipherPace
  readonly host: CipherHost
}

const unavailable: CipherResult = {
  outcome: { kind: 'failed', code: 'vault-unavailable', say: 'The vault cannot be opened now.' },
}
