/**
 * The four ways in: guest, token, login, register. All may be repeated after a lost answer: ids
 * come from the client's token, so a repeat finds what the first attempt made. A token or name that
 * this replica does not know may only be news that has not reached it; before such a refusal a
 * barrier goes through the log, and the store is asked again. Passwords are hashed and checked by
 * the shell, off the event loop. Without the log, who is known here comes in all the same; anybody
 * else is refused at once, so that the front-end keeps them for whoever has the log first.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import type { Reply } from '../link/down.ts'
import type { RequestBody } from '../link/up.ts'
import type { LoggedOperation } from '../log/record.ts'
import { foldName } from '../names/fold-name.ts'
import type { Now } from '../now.ts'
import type { Outcome } from '../room/applied.ts'
import type { Store } from '../room/store.ts'
import type { PasswordTasks } from './password-tasks.ts'
import { roomSummaries } from './summaries.ts'

export type Answered = (reply: Reply, now: Now) => void
type Of<K extends RequestBody['kind']> = Extract<RequestBody, { kind: K }>

export interface IdentificationOptions {
  readonly store: Store
  readonly limits: Limits
  readonly passwords: PasswordTasks
  /** What is known of the operation, or undefined when it must go through the log. */
  readonly known: (op: LoggedOperation) => Outcome | undefined
  readonly canAppend: () => boolean
  /** Through the log; without an operation: a barrier. */
  readonly append: (
    now: Now,
    op: LoggedOperation | undefined,
    settle: (outcome: Outcome, now: Now) => void,
  ) => void
}

export class Identification {
  readonly #options: IdentificationOptions

  constructor(options: IdentificationOptions) {
    this.#options = options
  }

  guest(now: Now, body: Of<'guest'>, answered: Answered): void {
    const { user, name, device } = body
    this.#settleByLog(now, { kind: 'guest', user, name, device }, answered)
  }

  token(now: Now, body: Of<'token'>, answered: Answered): void {
    if (this.#options.store.device(body.device) !== undefined) {
      answered(this.#identity(body.device), now)
      return
    }
    this.#afterBarrier(now, answered, (then) => answered(this.#identity(body.device), then))
  }

  login(now: Now, body: Of<'login'>, answered: Answered): void {
    const account = () => this.#options.store.accountByName(foldName(body.name))
    if (account() !== undefined) this.#check(now, body, answered)
    else this.#afterBarrier(now, answered, (then) => this.#check(then, body, answered))
  }

  register(now: Now, body: Of<'register'>, answered: Answered): void {
    const { user, name, device, label } = body
    if (!isPasswordFit(body.password, this.#options.limits)) {
      answered(refused('password-weak'), now)
      return
    }
    const op = { kind: 'register', user, name, device, label, passwordHash: '' } as const
    const known = this.#options.known(op)
    if (known !== undefined) {
      answered(known.ok ? this.#identity(device) : refused(known.code), now)
      return
    }
    if (!this.#options.canAppend()) return answered(refused('unavailable'), now)
    const isTaken = this.#options.passwords.hash(body.password, (passwordHash, then) => {
      this.#settleByLog(then, { ...op, passwordHash }, answered)
    })
    if (!isTaken) answered(refused('unavailable'), now)
  }

  changePassword(
    now: Now,
    change: { readonly user: string; readonly old: string; readonly new: string },
    answered: Answered,
  ): void {
    const passwordHash = this.#options.store.account(change.user)?.passwordHash
    if (passwordHash === undefined) return answered(refused('not-allowed'), now)
    if (!isPasswordFit(change.new, this.#options.limits)) {
      return answered(refused('password-weak'), now)
    }
    const attempt = { password: change.old, passwordHash }
    const isTaken = this.#options.passwords.check(attempt, (isRight, then) => {
      if (isRight) this.#replacePassword(then, change, answered)
      else this.#recogniseRepeat(then, { password: change.new, passwordHash }, answered)
    })
    if (!isTaken) answered(refused('unavailable'), now)
  }

  /** The old password is wrong: this may be repeated after a lost answer, the new one in place. */
  #recogniseRepeat(
    now: Now,
    attempt: { readonly password: string; readonly passwordHash: string },
    answered: Answered,
  ): void {
    const isTaken = this.#options.passwords.check(attempt, (isRight, then) => {
      answered(isRight ? done : refused('bad-credentials'), then)
    })
    if (!isTaken) answered(refused('unavailable'), now)
  }

  #replacePassword(
    now: Now,
    change: { readonly user: string; readonly new: string },
    answered: Answered,
  ): void {
    const isTaken = this.#options.passwords.hash(change.new, (passwordHash, then) => {
      const op = { kind: 'password', user: change.user, passwordHash } as const
      this.#append(then, op, (outcome, at) =>
        answered(outcome.ok ? done : refused(outcome.code), at),
      )
    })
    if (!isTaken) answered(refused('unavailable'), now)
  }

  #check(now: Now, body: Of<'login'>, answered: Answered): void {
    const account = this.#options.store.accountByName(foldName(body.name))
    if (account?.passwordHash === undefined) return answered(refused('bad-credentials'), now)
    const { passwordHash, user } = account
    const { device, label, password } = body
    const isTaken = this.#options.passwords.check({ password, passwordHash }, (isRight, then) => {
      if (!isRight) answered(refused('bad-credentials'), then)
      else this.#settleByLog(then, { kind: 'login', user, device, label }, answered)
    })
    if (!isTaken) answered(refused('unavailable'), now)
  }

  #settleByLog(now: Now, op: LoggedOperation & { device: string }, answered: Answered): void {
    const settle = (outcome: Outcome, then: Now) =>
      answered(outcome.ok ? this.#identity(op.device) : refused(outcome.code), then)
    const known = this.#options.known(op)
    if (known === undefined) this.#append(now, op, settle)
    else settle(known, now)
  }

  #afterBarrier(now: Now, answered: Answered, go: (now: Now) => void): void {
    this.#append(now, undefined, (outcome, then) => {
      if (outcome.ok) go(then)
      else answered(refused(outcome.code), then)
    })
  }

  #append(
    now: Now,
    op: LoggedOperation | undefined,
    settle: (outcome: Outcome, now: Now) => void,
  ): void {
    if (this.#options.canAppend()) this.#options.append(now, op, settle)
    else settle({ ok: false, code: 'unavailable' }, now)
  }

  #identity(device: string): Reply {
    const { store } = this.#options
    const user = store.device(device)?.user
    const account = user === undefined ? undefined : store.account(user)
    if (account === undefined) return refused('bad-token')
    return {
      kind: 'identity',
      identity: { user: account.user, name: account.name, isGuest: account.isGuest, device },
      rooms: roomSummaries(store, account.user),
    }
  }
}

export const done: Reply = { kind: 'answer', answer: { kind: 'done' } }

export function refused(code: ErrorCode): Reply {
  return { kind: 'refused', code }
}

function isPasswordFit(password: string, limits: Limits): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8, so the bound on bytes is kept.
  return (
    [...password].length >= limits.passwordCharactersMin &&
    password.length * 3 <= limits.passwordBytesMax
  )
}
