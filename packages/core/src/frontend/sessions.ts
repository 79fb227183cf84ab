/**
 * The connections of clients: who is there, who has been silent for too long, who never says hello,
 * whose socket never drains. Closing is one act for all reasons: the session leaves every table at
 * once, and what its socket still says is ignored.
 */
import type { CloseReason } from '@starling/protocol/close-codes'
import type { Limits } from '@starling/protocol/limits'
import type { Now } from '../now.ts'
import type { Accounts } from './accounts.ts'
import type { AwakeClock } from './awake-clock.ts'
import type { FrontendTuning, SessionId } from './frontend-io.ts'
import type { Outputs } from './outputs.ts'
import { Session } from './session.ts'

const sweepMs = 500

export interface SessionsOptions {
  readonly accounts: Accounts
  readonly clock: AwakeClock
  readonly outputs: Outputs
  readonly limits: Limits
  readonly tuning: FrontendTuning
  /** Takes the session out of everything else. */
  readonly left: (session: Session) => void
}

export class Sessions {
  readonly #options: SessionsOptions
  readonly #sessions = new Map<SessionId, Session>()
  #sweptMs = 0

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#sessions.size
  }

  get all(): Iterable<Session> {
    return this.#sessions.values()
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id)
  }

  open(id: SessionId): void {
    if (this.#sessions.has(id)) return
    this.#sessions.set(id, new Session(id, this.#options.clock.ms))
  }

  close(session: Session, reason: CloseReason): void {
    if (session.isClosed) return
    this.forget(session)
    this.#options.outputs.close(session.id, reason)
  }

  /** Its connection is gone. */
  forget(session: Session): void {
    if (session.isClosed) return
    this.#sessions.delete(session.id)
    this.#options.left(session)
    session.isClosed = true
  }

  tick(now: Now): void {
    const { accounts, clock } = this.#options
    if (clock.ms - this.#sweptMs < sweepMs) return
    this.#sweptMs = clock.ms
    for (const session of this.#sessions.values()) {
      accounts.rest(now, session)
      const reason = this.#overdue(session)
      if (reason !== undefined) this.close(session, reason)
    }
  }

  #overdue(session: Session): CloseReason | undefined {
    const { clock, limits, tuning } = this.#options
    const { state, blockedSinceMs } = session
    if (clock.ms - session.heardMs > limits.silenceMsMax) return 'silent'
    if (state.kind === 'new' && clock.ms - state.sinceMs > tuning.helloMsMax) return 'silent'
    if (blockedSinceMs !== undefined && clock.ms - blockedSinceMs > limits.silenceMsMax) {
      return 'slow-reader'
    }
    return undefined
  }
}
