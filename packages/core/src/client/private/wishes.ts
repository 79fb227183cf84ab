/**
 * What the person does about encryption, each wish a short chain: what the servers hold of the
 * person it concerns, work for the cipher, what comes of it published or mailed, an answer.
 */
import { sentenceOf } from '@starling/protocol/error-codes'
import type { Now } from '../../now.ts'
import type { Asks } from '../asks.ts'
import type { AskResult, Me, PrivacyResult, PrivacyWish } from '../client-io.ts'
import type { AccountKeeper } from './account-keeper.ts'
import type { AccountWork, CipherOutcome, KeysAnswer } from './cipher.ts'
import type { CipherJobs } from './cipher-jobs.ts'

export interface WishesHost {
  readonly asks: Asks
  readonly jobs: CipherJobs
  readonly account: AccountKeeper
  readonly me: () => Me
  /** One looked at the person's identity: who was blocked may be written to again. */
  readonly verified: (now: Now, user: string, isVerified: boolean) => void
  readonly again: (now: Now, room: string) => void
  readonly reset: (now: Now, room: string, answer: Answer) => void
}

export type Answer = (now: Now, result: PrivacyResult) => void

export class Wishes {
  readonly #host: WishesHost

  constructor(host: WishesHost) {
    this.#host = host
  }

  fulfil(now: Now, wish: PrivacyWish, answer: Answer): void {
    switch (wish.kind) {
      case 'safety-number':
      case 'verify':
        return this.#ofPerson(now, wish, answer)
      case 'reset-room':
        return this.#host.reset(now, wish.room, answer)
      case 'again':
        this.#host.account.refresh(now)
        this.#host.again(now, wish.room)
        return answer(now, done)
      default:
        this.#withKeys(now, { answer, user: undefined }, (at, keys) => {
          this.#ofOneself(at, { wish, keys, answer })
        })
    }
  }

  /** Of an unlinked device: another one of one's own sent it what it needs. */
  linkMail(now: Now, box: string): void {
    const answer: Answer = () => {}
    this.#withKeys(now, { answer, user: undefined }, (_, keys) => {
      this.#work({ kind: 'link-mail', box, keys }, { keys, answer })
    })
  }

  #ofPerson(
    now: Now,
    wish: Extract<PrivacyWish, { kind: 'safety-number' | 'verify' }>,
    answer: Answer,
  ): void {
    const { user } = wish
    this.#withKeys(now, { answer, user }, (_, keys) => {
      const work: AccountWork =
        wish.kind === 'verify' ? { kind: 'verify', keys, as: wish.as } : { kind: 'person', keys }
      this.#work(work, {
        keys,
        answer: (at, result) => {
          if (wish.kind === 'verify' && result.ok) {
            this.#host.verified(at, user, wish.as === 'verified')
          }
          answer(at, result)
        },
      })
    })
  }

  #ofOneself(
    _now: Now,
    {
      wish,
      keys,
      answer,
    }: {
      wish: Extract<PrivacyWish, { kind: 'recovery-key' | 'restore' | 'link' | 'reset-identity' }>
      keys: KeysAnswer
      answer: Answer
    },
  ): void {
    switch (wish.kind) {
      case 'recovery-key':
      case 'reset-identity':
        return this.#work({ kind: wish.kind, keys }, { keys, answer })
      case 'restore':
        return this.#work(
          { kind: 'restore', recoveryKey: wish.recoveryKey, keys },
          { keys, answer },
        )
      case 'link':
        return this.#work({ kind: 'link-accept', code: wish.code, keys }, { keys, answer })
    }
  }

  #work(work: AccountWork, { keys, answer }: { keys: KeysAnswer; answer: Answer }): void {
    this.#host.jobs.account(work, (now, { outcome }) => {
      this.#follow(now, outcome, { keys, answer })
    })
  }

  #follow(
    now: Now,
    outcome: CipherOutcome,
    { keys, answer }: { keys: KeysAnswer; answer: Answer },
  ): void {
    const { account, asks } = this.#host
    /** After which the keys are other ones, here or at the servers. */
    const changed = (value: Extract<PrivacyResult, { ok: true }>) => {
      return (at: Now, result: AskResult) => {
        account.refresh(at)
        answer(at, result.ok ? value : refusalOf(result))
      }
    }
    switch (outcome.kind) {
      case 'failed':
        return answer(now, { ok: false, code: outcome.code, say: outcome.say })
      case 'person': {
        const { safetyNumber: digits, isVerified, isChanged } = outcome
        if (digits === undefined) return answer(now, noIdentity)
        const value = { kind: 'safety-number', digits, isVerified, isChanged } as const
        return answer(now, { ok: true, value })
      }
      case 'recovery': {
        const value = { kind: 'recovery', recoveryKey: outcome.recoveryKey } as const
        return account.publish(now, outcome.publish, changed({ ok: true, value }))
      }
      case 'publish':
        return account.publish(now, outcome.publish, changed(done))
      case 'link': {
        const { device, box } = outcome
        const label = keys.mine?.unlinked.find((one) => one.device === device)?.label ?? ''
        const linked = changed({ ok: true, value: { kind: 'linked', device, label } })
        asks.ask(now, { t: 'mail', device, box }, (at, result) => {
          linked(at, result)
          // It will be certified soon, and wait no more.
          account.deviceCame(at)
        })
        return
      }
      default:
        account.refresh(now)
        return answer(now, done)
    }
  }

  #withKeys(
    now: Now,
    { answer, user }: { answer: Answer; user: string | undefined },
    then: (now: Now, keys: KeysAnswer) => void,
  ): void {
    this.#host.account.keys(now, user, (at, keys, result) => {
      if (keys !== undefined) then(at, keys)
      else answer(at, refusalOf(result))
    })
  }
}

export const done = { ok: true, value: { kind: 'done' } } as const

const noIdentity = {
  ok: false,
  code: 'no-identity',
  say: 'They have no device that encrypts yet.',
} as const

export function refusalOf(result: AskResult): PrivacyResult {
  if (!result.ok) return { ok: false, code: result.code, say: result.say }
  return { ok: false, code: 'unavailable', say: sentenceOf('unavailable') }
}
