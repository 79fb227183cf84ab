/**
 * Keeps every role's process running. A process that dies is started again, at once the first time
 * and then with a growing pause. One that says at its first start that it cannot start (a taken
 * port, a damaged file) stops everything, since starting again would not help; so does one that
 * dies `failedStartsMax` times before it was ever ready. After that only `stop` ends it all.
 *
 * Stopping asks the front-ends first, so that nothing new reaches the backends, then the backends;
 * who takes too long is killed. Processes and time are arguments: see role-process.ts for the real.
 */
import { type BackoffTuning, backoffTuning, RestartBackoff } from './restart-backoff.ts'
import type { ReadyDetails, Refusal, Role } from './role.ts'

export interface RoleProcess {
  readonly pid: number
  /** Asks it to finish. */
  stop(): void
  kill(): void
}

export interface ProcessEnd {
  readonly code: number | null
  readonly signal: string | null
}

export interface ProcessEvents {
  ready(details: ReadyDetails): void
  progress(text: string): void
  refused(refusal: Refusal): void
  /** The last one. */
  ended(end: ProcessEnd): void
}

export interface Surroundings {
  start(role: Role, events: ProcessEvents): RoleProcess
  nowMs(): number
  /** Returns the undoing. */
  after(ms: number, act: () => void): () => void
  report(event: SupervisorEvent): void
}

export type SupervisorEvent =
  | { readonly kind: 'ready'; readonly role: Role; readonly details: ReadyDetails }
  | {
      readonly kind: 'died'
      readonly role: Role
      readonly end: ProcessEnd
      readonly waitMs: number
    }
  | {
      readonly kind: 'back'
      readonly role: Role
      readonly end: ProcessEnd
      readonly tookMs: number
    }
  | { readonly kind: 'progress'; readonly role: Role; readonly text: string }
  | { readonly kind: 'refused'; readonly role: Role; readonly refusal: Refusal }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'killed'; readonly role: Role; readonly afterMs: number }
  | { readonly kind: 'processes' }

export interface SupervisorTuning {
  readonly backoff: BackoffTuning
  readonly failedStartsMax: number
  /** Until everything is ready for the first time, or something has come along. */
  readonly startMsMax: number
  readonly frontendStopMsMax: number
  readonly backendStopMsMax: number
}

export const supervisorTuning: SupervisorTuning = {
  backoff: backoffTuning,
  failedStartsMax: 3,
  startMsMax: 60_000,
  frontendStopMsMax: 12_000,
  backendStopMsMax: 10_000,
}

/** A role's process failed in a way that starting again does not cure. */
export class RoleRefused extends Error {
  readonly role: Role
  readonly refusal: Refusal
  constructor(role: Role, refusal: Refusal) {
    super(`${role.name}: ${refusal.found}`)
    this.name = 'RoleRefused'
    this.role = role
    this.refusal = refusal
  }
}

type Life =
  | { readonly kind: 'starting'; readonly process: RoleProcess }
  | { readonly kind: 'ready'; readonly process: RoleProcess; readonly sinceMs: number }
  | { readonly kind: 'waiting'; readonly undo: () => void }
  | { readonly kind: 'ended' }

interface Supervised {
  readonly role: Role
  readonly backoff: RestartBackoff
  life: Life
  wasReady: boolean
  failedStarts: number
  refusal: Refusal | undefined
  /** What the last refusal that was told had found. */
  refusalTold: string | undefined
  /** The death that it is coming back from. */
  death: { readonly end: ProcessEnd; readonly atMs: number } | undefined
}

export class Supervisor {
  readonly #surroundings: Surroundings
  readonly #tuning: SupervisorTuning
  readonly #supervised: readonly Supervised[]
  readonly #firstStart = Promise.withResolvers<void>()
  #isStopping = false
  /** Undoes the limit of the first start. */
  #expectNothing: () => void = () => {}
  /** Called whenever a process ends, while stopping. */
  #onEnd: () => void = () => {}

  constructor(
    roles: readonly Role[],
    surroundings: Surroundings,
    tuning: SupervisorTuning = supervisorTuning,
  ) {
    this.#surroundings = surroundings
    this.#tuning = tuning
    this.#supervised = roles.map((role) => ({
      role,
      backoff: new RestartBackoff(tuning.backoff),
      life: { kind: 'ended' },
      wasReady: false,
      failedStarts: 0,
      refusal: undefined,
      refusalTold: undefined,
      death: undefined,
    }))
  }

  /** Settles when every role is ready; rejects with `RoleRefused` when one never will be. */
  async start(): Promise<void> {
    for (const supervised of this.#supervised) this.#launch(supervised)
    this.#expectReady()
    try {
      await this.#firstStart.promise
    } finally {
      this.#expectNothing()
    }
  }

  /** Settles when every process is gone. */
  async stop(): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#surroundings.report({ kind: 'stopping' })
    const { frontendStopMsMax, backendStopMsMax } = this.#tuning
    for (const it of this.#supervised) {
      if (it.life.kind !== 'waiting') continue
      it.life.undo()
      it.life = { kind: 'ended' }
    }
    await this.#stopThose('frontend', frontendStopMsMax)
    await this.#stopThose('backend', backendStopMsMax)
  }

  /** For whoever does not want to wait for `stop`. */
  killAll(): void {
    for (const { life } of this.#supervised) processOf(life)?.kill()
  }

  processes(): readonly { readonly name: string; readonly pid: number }[] {
    return this.#supervised.flatMap(({ role, life }) => {
      const process = processOf(life)
      return process ? [{ name: role.name, pid: process.pid }] : []
    })
  }

  #launch(it: Supervised): void {
    const process = this.#surroundings.start(it.role, {
      ready: (details) => this.#ready(it, details),
      progress: (text) => {
        this.#surroundings.report({ kind: 'progress', role: it.role, text })
        if (!it.wasReady) this.#expectReady()
      },
      refused: (refusal) => {
        it.refusal = refusal
      },
      ended: (end) => this.#ended(it, end),
    })
    it.life = { kind: 'starting', process }
    this.#surroundings.report({ kind: 'processes' })
  }

  #ready(it: Supervised, details: ReadyDetails): void {
    if (it.life.kind !== 'starting') return
    const nowMs = this.#surroundings.nowMs()
    it.life = { kind: 'ready', process: it.life.process, sinceMs: nowMs }
    const { role, death } = it
    if (death) {
      const tookMs = nowMs - death.atMs
      this.#surroundings.report({ kind: 'back', role, end: death.end, tookMs })
    } else this.#surroundings.report({ kind: 'ready', role, details })
    it.death = undefined
    it.refusalTold = undefined
    it.wasReady = true
    if (this.#supervised.every((other) => other.wasReady)) this.#firstStart.resolve()
  }

  #ended(it: Supervised, end: ProcessEnd): void {
    const nowMs = this.#surroundings.nowMs()
    const upMs = it.life.kind === 'ready' ? nowMs - it.life.sinceMs : 0
    const { refusal } = it
    it.refusal = undefined
    it.life = { kind: 'ended' }
    if (this.#isStopping) return this.#onEnd()
    if (!it.wasReady) {
      it.failedStarts += 1
      if (refusal) return this.#firstStart.reject(new RoleRefused(it.role, refusal))
      if (it.failedStarts >= this.#tuning.failedStartsMax) {
        return this.#giveUp(it, `died ${it.failedStarts} times before it was ready (${why(end)})`)
      }
    }
    // What is refused again and again for the same reason is told once.
    if (refusal && refusal.found !== it.refusalTold) {
      it.refusalTold = refusal.found
      this.#surroundings.report({ kind: 'refused', role: it.role, refusal })
    }
    const waitMs = it.backoff.died(upMs)
    it.death ??= { end, atMs: nowMs }
    const undo = this.#surroundings.after(waitMs, () => this.#launch(it))
    it.life = { kind: 'waiting', undo }
    this.#surroundings.report({ kind: 'died', role: it.role, end, waitMs })
  }

  #expectReady(): void {
    this.#expectNothing()
    const { startMsMax } = this.#tuning
    this.#expectNothing = this.#surroundings.after(startMsMax, () => {
      const late = this.#supervised.find((it) => !it.wasReady)
      if (late) this.#giveUp(late, `not ready after ${startMsMax} ms`)
    })
  }

  #giveUp(it: Supervised, found: string): void {
    const remedy = `read what it traced, data/trace/${it.role.name}.log by default`
    this.#firstStart.reject(new RoleRefused(it.role, { found, remedy }))
  }

  async #stopThose(kind: Role['kind'], msMax: number): Promise<void> {
    const those = this.#supervised.filter(({ role }) => role.kind === kind)
    const gone = Promise.withResolvers<void>()
    const check = (): void => {
      if (those.every(({ life }) => processOf(life) === undefined)) gone.resolve()
    }
    this.#onEnd = check
    for (const { life } of those) processOf(life)?.stop()
    const undo = this.#surroundings.after(msMax, () => {
      for (const { role, life } of those) {
        const process = processOf(life)
        if (!process) continue
        this.#surroundings.report({ kind: 'killed', role, afterMs: msMax })
        process.kill()
      }
    })
    check()
    await gone.promise
    undo()
  }
}

function processOf(life: Life): RoleProcess | undefined {
  return life.kind === 'starting' || life.kind === 'ready' ? life.process : undefined
}

export function why(end: ProcessEnd): string {
  return end.signal ?? `exit ${end.code}`
}
