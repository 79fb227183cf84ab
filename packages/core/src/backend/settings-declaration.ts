/**
 * The settings of this backend's configuration on their way into the state (room/settings.ts). Once
 * for each start, as soon as the log is within reach: a barrier, so that the store has all that the
 * log holds by now; then, if the state differs, one `settings` operation. So the backend that was
 * started last has its way. If another puts other settings later, that one was started later, and
 * this one does not fight back; it only shows in what they differ.
 *
 * Until it is done, no other operation goes out from this backend: who is not to come in does not
 * slip in before the log has heard of that.
 */
import type { LoggedOperation, LogRecord } from '../log/record.ts'
import type { Now } from '../now.ts'
import { operationsOf, recordIdOf } from '../room/apply.ts'
import { type Settings, settingsThatDiffer } from '../room/settings.ts'
import type { Store } from '../room/store.ts'
import type { Settle } from './append-queue.ts'

/** Before what was refused is tried again. */
const retryMs = 1_000

export interface DeclarationOptions {
  readonly store: Store
  readonly settings: Settings
  /** Through the log, before all that waits; without an operation: a barrier. */
  readonly append: (now: Now, op: LoggedOperation | undefined, settle: Settle) => void
  /** Whether this backend made the record. */
  readonly isOwn: (recordId: string) => boolean
}

export class SettingsDeclaration {
  readonly #options: DeclarationOptions
  #state: 'waiting' | 'under way' | 'done' = 'waiting'
  #notBeforeMs = Number.POSITIVE_INFINITY
  #isChanged = false
  #shown = ''

  constructor(options: DeclarationOptions) {
    this.#options = options
  }

  /** In which settings the state differs from this backend's configuration. */
  get differing(): readonly string[] {
    return settingsThatDiffer(this.#options.store.settings(), this.#options.settings)
  }

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Other operations have to wait. */
  get isHolding(): boolean {
    return !this.isDone && this.differing.length > 0
  }

  /** The log is within reach, or no more. */
  reach(now: Now, canAppend: boolean): void {
    this.#notBeforeMs = canAppend ? now.ms : Number.POSITIVE_INFINITY
    this.tick(now)
  }

  tick(now: Now): void {
    if (this.#state !== 'waiting' || now.ms < this.#notBeforeMs) return
    this.#state = 'under way'
    this.#options.append(now, undefined, (outcome, then) => {
      if (this.isDone) return
      if (!outcome.ok) this.#tryAgain(then)
      else if (this.differing.length > 0) this.#put(then)
      else this.#state = 'done'
    })
  }

  /** The record is applied. Settings of this backend may stand although it gave them up. */
  saw(record: LogRecord): void {
    if (!operationsOf(record).some((op) => op?.kind === 'settings')) return
    if (this.#options.isOwn(recordIdOf(record))) this.#state = 'done'
    this.#isChanged = true
  }

  /** In what the state has come to differ since this backend had its say. Never empty. */
  takeNews(): readonly string[] | undefined {
    if (!this.#isChanged || !this.isDone) return undefined
    this.#isChanged = false
    const names = this.differing
    const shown = names.join(' ')
    if (shown === this.#shown) return undefined
    this.#shown = shown
    return names.length > 0 ? names : undefined
  }

  #put(now: Now): void {
    const { append, settings } = this.#options
    append(now, { kind: 'settings', settings }, (outcome, then) => {
      if (outcome.ok) this.#state = 'done'
      else this.#tryAgain(then)
    })
  }

  #tryAgain(now: Now): void {
    if (this.isDone) return
    this.#state = 'waiting'
    this.#notBeforeMs = Math.max(this.#notBeforeMs, now.ms + retryMs)
  }
}
