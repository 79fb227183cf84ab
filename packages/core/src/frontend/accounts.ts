/**
 * What the sessions of one account share here: their rate. And the rate of attempts to log in under
 * one name, over all connections; of those only names tried lately are remembered.
 */
import type { Now } from '../now.ts'
import type { FrontendTuning } from './frontend-io.ts'
import type { Session } from './session.ts'
import { TokenBucket } from './token-bucket.ts'

const loginNamesMax = 10_000

interface Account {
  readonly sessions: Set<Session>
  readonly frames: TokenBucket
}

export class Accounts {
  readonly #tuning: FrontendTuning
  readonly #accounts = new Map<string, Account>()
  /** The name tried last is the last. */
  readonly #logins = new Map<string, TokenBucket>()

  constructor(tuning: FrontendTuning) {
    this.#tuning = tuning
  }

  frames(now: Now): TokenBucket {
    const { framesPerSecond, framesBurst } = this.#tuning
    return new TokenBucket({ perSecond: framesPerSecond, burst: framesBurst }, now.ms)
  }

  logins(now: Now): TokenBucket {
    const { loginsPerMinute } = this.#tuning
    return new TokenBucket({ perSecond: loginsPerMinute / 60, burst: loginsPerMinute }, now.ms)
  }

  sessionsOf(user: string): Iterable<Session> {
    return this.#accounts.get(user)?.sessions ?? []
  }

  join(now: Now, session: Session, user: string): void {
    let account = this.#accounts.get(user)
    if (account === undefined) {
      account = { sessions: new Set(), frames: this.frames(now) }
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
    const user = session.online?.user
    const shared = user === undefined ? undefined : this.#accounts.get(user)?.frames
    const waitMs = Math.max(
      session.frames.waitMs(now.ms, tokens),
      shared?.waitMs(now.ms, tokens) ?? 0,
    )
    if (waitMs > 0) return waitMs
    session.frames.take(now.ms, tokens)
    shared?.take(now.ms, tokens)
    return 0
  }

  /** The same for one attempt to log in. `name` where a password is tried. */
  takeLogin(now: Now, session: Session, name: string | undefined): number {
    const shared = name === undefined ? undefined : this.#loginsOf(now, name)
    const waitMs = Math.max(session.logins.waitMs(now.ms, 1), shared?.waitMs(now.ms, 1) ?? 0)
    if (waitMs > 0) return waitMs
    session.logins.take(now.ms, 1)
    shared?.take(now.ms, 1)
    return 0
  }

  #loginsOf(now: Now, name: string): TokenBucket {
    const key = name.normalize('NFKC').toLowerCase()
    const bucket = this.#logins.get(key) ?? this.logins(now)
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
