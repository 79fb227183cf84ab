/**
 * The shell of a backend: owns the links, the engine, the password hashes and the timer around one
 * backend node. It decides nothing. Every input is followed by one `drain` at the end of the turn
 * of the event loop, whose outputs are performed in order; so all that came in one turn becomes
 * one record, and all that goes to one front-end leaves in one write.
 *
 * It closes in two steps: the node finishes what it was asked (`beginDrain` … `drained`), for at
 * most `drainMsMax`; then links, engine and timer end. When this replica, its store or the log
 * turns out to be wrong it ends at once, since whatever it would answer could be wrong too:
 * `failed`.
 */
import type {
  BackendFigures,
  BackendInputs,
  BackendOptions,
  BackendOutput,
} from '@starling/core/backend/backend-io'
import { BackendNode } from '@starling/core/backend/backend-node'
import { LogError } from '@starling/core/log/log'
import type { LogRecord } from '@starling/core/log/record'
import { unreachable } from '@starling/core/now'
import { now } from '../link/clock.ts'
import type { LinkAddress } from '../link/link-settings.ts'
import { Turns } from '../link/turns.ts'
import { isFileTrouble } from '../log/sqlite/sqlite-trouble.ts'
import { AdminServer } from '../telemetry/admin-server.ts'
import { type BackendShellFigures, backendMetrics } from '../telemetry/backend-metrics.ts'
import { registerFigures } from '../telemetry/figures-to-metrics.ts'
import { LimitCounts } from '../telemetry/limit-counts.ts'
import { LoopDelay } from '../telemetry/loop-delay.ts'
import { type StageMarks, wantedStageMarks } from '../telemetry/stage-marks.ts'
import type { Trace } from '../telemetry/trace.ts'
import { serverVersion } from '../telemetry/version.ts'
import { startTicker } from '../ticker.ts'
import type { BackendEngine, BackendFailure } from './backend-engine.ts'
import { diverged, logDamaged, storeFailed } from './backend-failures.ts'
import { BackendLinks } from './backend-links.ts'
import type { BackendSettings } from './backend-settings.ts'
import { PasswordHasher } from './password-hasher.ts'
import { claimIn, claimMessage, hereMessage, isWho } from './peer-messages.ts'
import { StagedBackendNode } from './staged-backend-node.ts'

export type BackendNodeLike = BackendInputs & { figures(): BackendFigures }

export interface BackendDependencies {
  readonly trace: Trace
  readonly openEngine: () => Promise<BackendEngine>
  /** Another node than the real one, for tests. */
  readonly makeNode?: (options: BackendOptions) => BackendNodeLike
}

export interface RunningBackend {
  /** Where front-ends reach it. */
  readonly address: LinkAddress
  readonly adminPort: number | undefined
  /** What the engine cannot promise, in plain words. */
  readonly warnings: readonly string[]
  figures(): BackendFigures & { readonly shell: BackendShellFigures }
  /** Resolves when it cannot go on; everything has ended then. */
  readonly failed: Promise<BackendFailure>
  /** Finishes what was begun, then ends. */
  close(): Promise<void>
  /** Ends as a crash would, as far as one process can show it. */
  abort(): Promise<void>
}

/** Rejects with a `StartError` that says what to change. */
export async function startBackend(
  settings: BackendSettings,
  dependencies: BackendDependencies,
): Promise<RunningBackend> {
  const engine = await dependencies.openEngine()
  const shell = new BackendShell(settings, dependencies, engine)
  try {
    await shell.start()
  } catch (error) {
    await shell.abort()
    throw error
  }
  return shell
}

const settingsDiffer =
  'the settings of the last backend that started hold, not the configuration of this one'

function realNode(options: BackendOptions, stages: StageMarks | undefined): BackendNode {
  return stages === undefined ? new BackendNode(options) : new StagedBackendNode(options, stages)
}

class BackendShell implements RunningBackend {
  readonly #settings: BackendSettings
  readonly #trace: Trace
  readonly #engine: BackendEngine
  readonly #node: BackendNodeLike
  readonly #turns = new Turns(() => this.#drain())
  readonly #passwords: PasswordHasher
  readonly #limits = new LimitCounts()
  readonly #stages: StageMarks | undefined
  readonly #links: BackendLinks
  readonly #loopDelay: LoopDelay
  readonly #drained = Promise.withResolvers<void>()
  readonly #failed = Promise.withResolvers<BackendFailure>()
  #failure: BackendFailure | undefined
  #admin: AdminServer | undefined
  #stopTicker = () => {}
  #unfollow = () => {}
  #unhear = () => {}
  #closing: Promise<void> | undefined
  #reach = { canAppend: false, why: 'the log was not reached yet' }
  #appendsFailedTotal = 0
  #loopDelayToldMs = 0

  constructor(settings: BackendSettings, deps: BackendDependencies, engine: BackendEngine) {
    this.#settings = settings
    this.#trace = deps.trace
    this.#engine = engine
    this.#passwords = new PasswordHasher(settings.shell.passwords)
    this.#loopDelay = new LoopDelay(settings.shell.tickMs, now().ms)
    const stages = wantedStageMarks(process.env)
    this.#stages = stages
    const makeNode = deps.makeNode ?? ((options: BackendOptions) => realNode(options, stages))
    this.#node = makeNode({ ...settings, store: engine.store, chance: Math.random })
    this.#links = new BackendLinks({
      settings,
      trace: deps.trace,
      limits: this.#limits,
      snapshots: engine.replication?.snapshots,
      behind: () => (this.#reach.canAppend ? undefined : this.#reach.why),
      onOpen: (link) => this.#input(() => this.#node.linkOpened(now(), link)),
      onFrame: (link, frame) => this.#input(() => this.#node.linkFrame(now(), link, frame)),
      onEnd: (link) => this.#input(() => this.#node.linkClosed(now(), link)),
    })
  }

  async start(): Promise<void> {
    const { name, rank, admin } = this.#settings
    const startedAt = Date.now()
    for (const warning of this.warnings) this.#trace.warn({ warning }, 'the engine is not safe')
    this.#follow()
    await this.#links.start()
    if (admin !== undefined) {
      this.#admin = await AdminServer.start(admin, {
        role: 'backend',
        name,
        version: serverVersion(),
        startedAt,
        registry: registerFigures(backendMetrics, () => this.figures()),
        notReady: () => this.#notReady(),
        warnings: () => this.warnings,
        stages: this.#stages,
        figures: () => ({ rank, address: this.address, ...this.figures() }),
      })
    }
    this.#stopTicker = startTicker(this.#settings.shell.tickMs, () => this.#tick())
    this.#trace.info({ rank, ...this.address, adminPort: this.adminPort }, 'the backend is up')
  }

  get address(): LinkAddress {
    return this.#links.address
  }

  get warnings(): readonly string[] {
    return this.#engine.warnings
  }

  get failed(): Promise<BackendFailure> {
    return this.#failed.promise
  }

  get adminPort(): number | undefined {
    return this.#admin?.port
  }

  figures(): BackendFigures & { readonly shell: BackendShellFigures } {
    const shell = {
      ...this.#links.counts,
      ...this.#reach,
      appendsFailedTotal: this.#appendsFailedTotal,
      warnings: this.warnings,
      engine: this.#engine.view(),
      failure: this.#failure?.code ?? '',
      loopDelayMs: this.#loopDelay.ms,
      passwordTasksWaiting: this.#passwords.waiting,
      limitsReachedTotal: this.#limits.totals,
    }
    return { ...this.#node.figures(), shell }
  }

  close(): Promise<void> {
    this.#closing ??= this.#drainAndEnd()
    return this.#closing
  }

  abort(): Promise<void> {
    this.#links.abort()
    return this.#end()
  }

  /** What it would answer from now on may be wrong, so nothing is finished first. */
  async #fail(failure: BackendFailure): Promise<void> {
    if (this.#failure !== undefined || this.#closing !== undefined) return
    this.#failure = failure
    const { code, found, remedy } = failure
    this.#trace.error({ code, found, remedy }, 'this backend cannot go on')
    this.#links.abort()
    this.#turns.stop()
    const { replication } = this.#engine
    if (failure.isStoreWrong && replication !== undefined) await replication.setAside()
    await this.abort()
    this.#failed.resolve(failure)
  }

  async #drainAndEnd(): Promise<void> {
    const { drainMsMax } = this.#settings.shell
    this.#trace.info({ drainMsMax }, 'the backend finishes what it was asked')
    this.#input(() => this.#node.beginDrain(now()))
    const limit = setTimeout(() => {
      this.#limits.reached('drainMsMax')
      this.#trace.warn({ drainMsMax }, 'not everything was answered in time')
      this.#drained.resolve()
    }, drainMsMax)
    await this.#drained.promise
    clearTimeout(limit)
    await this.#links.close()
    await this.#end()
    this.#trace.info({}, 'the backend is down')
  }

  async #end(): Promise<void> {
    this.#stopTicker()
    this.#turns.stop()
    this.#unfollow()
    this.#unhear()
    this.#admin?.close()
    await this.#engine.close()
  }

  #follow(): void {
    const { log, store } = this.#engine
    this.#node.logReach(now(), this.#reach.canAppend, this.#reach.why)
    this.#unfollow = log.follow(store.position, {
      onRecords: (records) => this.#input(() => this.#node.records(now(), records)),
      onReach: (canAppend, why) => {
        if (canAppend !== this.#reach.canAppend) {
          const level = canAppend ? 'info' : 'warn'
          this.#trace[level]({ canAppend, why }, 'the reach of the log changed')
        }
        this.#reach = { canAppend, why }
        this.#input(() => this.#node.logReach(now(), canAppend, why))
      },
      onDamage: (why) => void this.#fail(logDamaged(why)),
    })
    const { replication } = this.#engine
    if (replication === undefined) return
    this.#unhear = replication.onPeers((message) => {
      if (isWho(message)) return replication.tellPeers(hereMessage(this.#settings.name))
      const claim = claimIn(message)
      if (claim !== undefined) this.#input(() => this.#node.claimHeard(now(), claim))
    })
  }

  #notReady(): string | undefined {
    if (this.#closing !== undefined) return 'it is draining'
    return this.#reach.canAppend ? undefined : `it cannot append: ${this.#reach.why}`
  }

  #input(give: () => void): void {
    this.#guarded(give)
    this.#turns.touch()
  }

  /** Trouble with the store's file ends this backend; any other error is a mistake of ours. */
  #guarded(work: () => void): void {
    if (this.#failure !== undefined) return
    try {
      work()
    } catch (error) {
      if (!isFileTrouble(error)) throw error
      void this.#fail(storeFailed(error))
    }
  }

  #tick(): void {
    const at = now()
    this.#loopDelay.tick(at.ms)
    if (at.ms - this.#loopDelayToldMs >= this.#settings.shell.loopDelayMs) {
      this.#loopDelayToldMs = at.ms
      this.#node.loopDelay(at, this.#loopDelay.ms)
    }
    this.#guarded(() => this.#node.tick(at))
    this.#turns.run()
  }

  #drain(): void {
    this.#guarded(() => {
      for (const output of this.#node.drain(now())) this.#perform(output)
    })
  }

  #perform(output: BackendOutput): void {
    switch (output.kind) {
      case 'send':
        return this.#links.send(output.link, output.frame)
      case 'close':
        this.#trace.warn({ link: output.link, why: output.why }, 'closing a link')
        return this.#links.closeLink(output.link, output.why)
      case 'append':
        return void this.#append(output.record)
      case 'hash-password':
        return void this.#hashPassword(output)
      case 'check-password':
        return void this.#checkPassword(output)
      case 'claim':
        return this.#engine.replication?.tellPeers(claimMessage(output.claim))
      case 'diverged':
        return void this.#fail(diverged(output.why))
      case 'settings-differ':
        return this.#trace.warn({ names: output.names }, settingsDiffer)
      case 'drained':
        return this.#drained.resolve()
      default:
        return unreachable(output)
    }
  }

  async #append(record: LogRecord): Promise<void> {
    try {
      await this.#engine.log.append(record)
    } catch (error) {
      if (!(error instanceof LogError)) throw error
      const { code, landed, message } = error
      this.#appendsFailedTotal += 1
      this.#trace.warn({ code, landed, message }, 'an append failed')
      this.#input(() => this.#node.appendFailed(now(), record.id, { code, landed }))
      return
    }
    this.#input(() => this.#node.appended(now(), record.id))
  }

  async #hashPassword(output: BackendOutput & { kind: 'hash-password' }): Promise<void> {
    const hash = await this.#passwords.hash(output.password)
    if (hash === undefined) this.#limits.reached('hashesWaitingMax')
    else this.#input(() => this.#node.passwordHashed(now(), output.task, hash))
  }

  async #checkPassword(output: BackendOutput & { kind: 'check-password' }): Promise<void> {
    const isRight = await this.#passwords.check(output.password, output.passwordHash)
    if (isRight === undefined) this.#limits.reached('hashesWaitingMax')
    else this.#input(() => this.#node.passwordChecked(now(), output.task, isRight))
  }
}
