/**
 * The person's identity and this device's part in it: asks the servers what they hold of it, has
 * the cipher make what is missing, and publishes that. The device is `ready` when all that the
 * cipher wanted published is. Anything that may have changed the keys at the servers leads to the
 * same round again (`refresh`), so a lost answer costs a round.
 */
import type { Chance, Now } from '../../now.ts'
import type { Asks } from '../asks.ts'
import type { AskResult, Me } from '../client-io.ts'
import type { PrivacySnapshot } from '../snapshot.ts'
import type { KeysAnswer, PreparedOutcome, Publication } from './cipher.ts'
import type { CipherJobs } from './cipher-jobs.ts'
import { retryMs } from './group.ts'

/** So often the keys are looked after while nothing else makes it necessary. */
const refreshMs = 6 * 3_600_000
/** After a key package was used; what else uses some until then is made up for with it. */
const packageUsedMs = 60_000
/** Other devices of one's own make their link keys known soon after they came in. */
const newDeviceMs = [2_000, 10_000, 60_000] as const

export interface AccountKeeperHost {
  readonly asks: Asks
  readonly jobs: CipherJobs
  readonly chance: Chance
  readonly me: () => Me
  readonly prepared: (now: Now, outcome: PreparedOutcome) => void
  /** Just linked, or restored: all rows of the archive are to be learned. */
  readonly linked: (now: Now) => void
  /** What is shown of it changed. */
  readonly changed: () => void
}

export type Settled = (now: Now, result: AskResult) => void

export class AccountKeeper {
  readonly #host: AccountKeeperHost
  #shown: PrivacySnapshot = { state: 'preparing', unlinked: [], hasRecoveryKey: false }
  #isRefreshing = false
  #isWantedAgain = false
  #tries = 0
  #refreshAtMs: number | undefined
  #newDeviceAtMs: readonly number[] = []

  constructor(host: AccountKeeperHost) {
    this.#host = host
  }

  /** The same object while nothing changes. */
  get shown(): PrivacySnapshot {
    return this.#shown
  }

  get isReady(): boolean {
    return this.#shown.state === 'ready'
  }

  refresh(now: Now): void {
    if (this.#isRefreshing) {
      this.#isWantedAgain = true
      return
    }
    this.#isRefreshing = true
    this.#isWantedAgain = false
    this.#refreshAtMs = now.ms + refreshMs
    this.keys(now, undefined, (at, keys) => {
      if (keys === undefined) return this.#failed(at)
      this.#prepare(keys)
    })
  }

  /** Undefined when the servers did not answer; of oneself when no user is named. */
  keys(
    now: Now,
    user: string | undefined,
    then: (now: Now, keys: KeysAnswer | undefined, result: AskResult) => void,
  ): void {
    const question = user === undefined ? { t: 'keys' as const } : { t: 'keys' as const, user }
    this.#host.asks.ask(now, question, (at, result) => {
      const keys = result.ok && result.answer.kind === 'keys' ? result.answer : undefined
      then(at, keys, result)
    })
  }

  publish(now: Now, publication: Publication, settled: Settled): void {
    this.#host.asks.ask(now, { t: 'publish', ...publication }, settled)
  }

  /** A new device of one's own will want to be linked; one that was linked, no more. */
  deviceCame(now: Now): void {
    this.#newDeviceAtMs = newDeviceMs.map((ms) => now.ms + ms)
  }

  /** Before the last one is used, too, which gives up secrets that a package of its own keeps. */
  packageUsed(now: Now): void {
    if (this.#refreshAtMs === undefined) return
    this.#refreshAtMs = Math.min(this.#refreshAtMs, now.ms + packageUsedMs)
  }

  tick(now: Now): void {
    if (this.#newDeviceAtMs.some((ms) => ms <= now.ms)) {
      this.#newDeviceAtMs = this.#newDeviceAtMs.filter((ms) => ms > now.ms)
      this.refresh(now)
    }
    if (this.#refreshAtMs !== undefined && this.#refreshAtMs <= now.ms) this.refresh(now)
  }

  clear(): void {
    this.#show({ state: 'preparing', unlinked: [], hasRecoveryKey: false })
    this.#tries = 0
    this.#newDeviceAtMs = []
  }

  #prepare(keys: KeysAnswer): void {
    const { user, device } = this.#host.me()
    this.#host.jobs.account({ kind: 'prepare', me: { user, device }, keys }, (at, { outcome }) => {
      this.#host.jobs.open()
      if (outcome.kind !== 'prepared') return this.#failed(at)
      const { publish } = outcome
      if (publish === undefined) return this.#prepared(at, { keys, outcome })
      this.publish(at, publish, (then, result) => {
        if (result.ok) return this.#prepared(then, { keys, outcome })
        // Another device was first, or an answer was lost: look again.
        this.#failed(then)
      })
    })
    this.#listed(keys)
  }

  #prepared(
    now: Now,
    { keys, outcome }: { readonly keys: KeysAnswer; readonly outcome: PreparedOutcome },
  ): void {
    this.#tries = 0
    const { state, linkCode, hasRecoveryKey } = outcome
    const unlinked = unlinkedOf(keys, this.#host.me().device)
    this.#show({
      state,
      unlinked: state === 'ready' ? unlinked : [],
      hasRecoveryKey,
      ...(linkCode === undefined || state === 'ready' ? {} : { linkCode }),
    })
    this.#host.prepared(now, outcome)
    if (outcome.wantsArchive) this.#host.linked(now)
    this.#done(now)
  }

  #listed(keys: KeysAnswer): void {
    if (this.#shown.state !== 'ready') return
    this.#show({ ...this.#shown, unlinked: unlinkedOf(keys, this.#host.me().device) })
  }

  #failed(now: Now): void {
    this.#tries += 1
    this.#refreshAtMs = now.ms + retryMs(this.#tries, this.#host.chance())
    this.#done(now)
  }

  #done(now: Now): void {
    this.#isRefreshing = false
    if (this.#isWantedAgain) this.refresh(now)
  }

  #show(shown: PrivacySnapshot): void {
    if (JSON.stringify(shown) === JSON.stringify(this.#shown)) return
    this.#shown = shown
    this.#host.changed()
  }
}

function unlinkedOf({ mine }: KeysAnswer, own: string): PrivacySnapshot['unlinked'] {
  return (mine?.unlinked ?? [])
    .filter(({ device }) => device !== own)
    .map(({ device, label }) => ({ device, label }))
}
