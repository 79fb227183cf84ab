/**
 * What the sessions of one account share here: their rate. And the rate of attempts to log in under
 * one name, over all connections; of those only names tried lately are remembered.
 */
import type { Now } from '../now.ts'
import { FewSet } from './few-set.ts'
import type { FrontendTuning } from './frontend-io.ts'
import type { Session } from './session.ts'
import { type Rate, TokenBucket } from './token-bucket.ts'

const loginNamesMax = 10_000

interface Account {
  readonly sessions: FewSet<Session>
  frames: TokenBucket | undefined
}

export class Accounts {
  readonly #frames: Rate
  readonly #attempts: Rate
  readonly #accounts = new Map<string, Account>()
  /** The name tried last is the last. */
  readonly #logins = new Map<string, TokenBucket>()

  constructor(tuning: FrontendTuning) {
    const { framesPerSecond, framesBurst, loginsPerMinute } = tuning
    this.#frames = { perSecond: framesPerSecond, burst: framesBurst }
    this.#attempts = { perSecond: loginsPerMinute / 60, burst: loginsPerMinute }
  }

  sessionsOf(user: string): Iterable<Session> {
    return this.#accounts.get(user)?.sessions ?? []
  }

  join(session: Session, user: string): void {
    let account = this.#accounts.get(user)
    if (account === undefined) {
      account = { sessions: new FewSet(), frames: undefined }
      this.#accounts.set(user, account)
    }
    account.sessions.add(session)
  }

  leave(session: Session, user: string): void {
    const account = this.#accounts.get(user)
    account?.sessions.delete(session)
    if (account?.sessions.size === 0) this.#accounts.delete(user)
  }

  /** 0 when connection and account both have so many tokens, which are taken then. */
  takeFrames(now: Now, session: Session, tokens: number): number {
    session.frames ??= new TokenBucket(this.#frames, now.ms)
    const account = this.#accountOf(session)
    if (account !== undefined) account.frames ??= new TokenBucket(this.#frames, now.ms)
    const { frames } = session
    const waitMs = Math.max(
      frames.waitMs(now.ms, tokens),
      account?.frames?.waitMs(now.ms, tokens) ?? 0,
    )
    if (waitMs > 0) return waitMs
    frames.take(now.ms, tokens)
    account?.frames?.take(now.ms, tokens)
    return 0
  }

  /** The same for one attempt to log in. `name` where a password is tried. */
  takeLogin(now: Now, session: Session, name: string | undefined): number {
    const shared = name === undefined ? undefined : this.#loginsOf(now, name)
    session.logins ??= new TokenBucket(this.#attempts, now.ms)
    const { logins } = session
    const waitMs = Math.max(logins.waitMs(now.ms, 1), shared?.waitMs(now.ms, 1) ?? 0)
    if (waitMs > 0) return waitMs
    logins.take(now.ms, 1)
    shared?.take(now.ms, 1)
    return 0
  }

  /** Lets go of what is full again: a bucket that is made anew is full too. */
  rest(now: Now, session: Session): void {
    if (session.logins?.isFull(now.ms)) session.logins = undefined
    if (session.frames?.isFull(now.ms) !== true) return
    session.frames = undefined
    const account = this.#accountOf(session)
    if (account?.frames?.isFull(now.ms)) account.frames = undefined
  }

  #accountOf(session: Session): Account | undefined {
    const user = session.online?.user
    return user === undefined ? undefined : this.#accounts.get(user)
  }

  #loginsOf(now: Now, name: string): TokenBucket {
    const key = name.normalize('NFKC').toLowerCase()
    const bucket = this.#logins.get(key) ?? new TokenBucket(this.#attempts, now.ms)
    this.#logins.delete(key)
    this.#logins.set(key, bucket)
    for (const [oldest, other] of this.#logins) {
      if (this.#logins.size <= loginNamesMax && !other.isFull(now.ms)) break
      if (oldest === key) break
      this.#logins.delete(oldest)
    }
    return bucket
  }
}
