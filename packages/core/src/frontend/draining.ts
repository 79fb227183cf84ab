/**
 * A front-end that is about to stop: it tells its clients where else to go and how long they may
 * take, so that they do not all come at once. Who says hello now is sent on at once. Who stays is
 * closed when the time is up, or a little later while it waits for answers.
 */
import type { Now } from '../now.ts'
import type { Outputs } from './outputs.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'

const answersMsMax = 5_000

export interface DrainingOptions {
  readonly sessions: Sessions
  readonly outputs: Outputs
  /** The other front-ends. */
  readonly elsewhere: readonly string[]
  readonly spreadMs: number
}

export class Draining {
  readonly #options: DrainingOptions
  #sinceMs: number | undefined
  #isDone = false

  constructor(options: DrainingOptions) {
    this.#options = options
  }

  get isOn(): boolean {
    return this.#sinceMs !== undefined
  }

  begin(now: Now): void {
    if (this.isOn) return
    this.#sinceMs = now.ms
    for (const session of this.#options.sessions.all) this.tell(session)
  }

  tell(session: Session): void {
    const { outputs, elsewhere, spreadMs } = this.#options
    outputs.frame(session.id, { t: 'drain', frontends: elsewhere, withinMs: spreadMs })
  }

  tick(now: Now): void {
    if (this.#sinceMs === undefined || this.#isDone) return
    const { sessions, outputs, spreadMs } = this.#options
    const lateMs = now.ms - this.#sinceMs - spreadMs
    if (lateMs >= 0) {
      for (const session of sessions.all) {
        const isAnswered = session.unanswered.size === 0
        if (isAnswered || lateMs >= answersMsMax) sessions.close(session, 'drain')
      }
    }
    if (sessions.size > 0) return
    this.#isDone = true
    outputs.drained()
  }
}
