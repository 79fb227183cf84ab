/**
 * A process that is kept running on a machine, as a service manager does: whenever it ends it is
 * started again, after a pause that grows while it does not stay up. An end that nobody asked for
 * is remembered: no fault of the network, of the engine or of another process may fell it.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { backoffTuning, RestartBackoff } from '@starling/cli/supervisor/restart-backoff'
import type { Machine } from './machine.ts'

export interface ServiceOptions {
  readonly machine: Machine
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Its trace goes there. */
  readonly folder: string
}

type Wish = 'run' | 'stand still'

const stopMsMax = 30_000
const tailCharacters = 2_000

export class Service {
  readonly machine: Machine
  readonly traceFile: string
  /** Ends that nobody asked for, in words. */
  readonly deaths: string[] = []
  readonly #options: ServiceOptions
  readonly #backoff = new RestartBackoff(backoffTuning)
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #wish: Wish = 'stand still'
  #isEndAsked = false
  #startedAtMs = 0

  constructor(options: ServiceOptions) {
    this.#options = options
    this.machine = options.machine
    this.traceFile = join(options.folder, `${options.machine.name}.trace`)
  }

  get name(): string {
    return this.machine.name
  }

  /** Undefined while it is down. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Since then there is a trace file. */
  get hasRun(): boolean {
    return this.#startedAtMs > 0
  }

  start(): void {
    this.#wish = 'run'
    if (this.#child === undefined && this.#timer === undefined) this.#spawn()
  }

  /** `kill -9`, or a planned end; it is started again. False when it was down. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGUSR2'): boolean {
    if (this.#child === undefined) return false
    this.#isEndAsked = true
    return this.#child.kill(signal)
  }

  freeze(): boolean {
    return this.#child?.kill('SIGSTOP') ?? false
  }

  /** False when it was killed meanwhile. */
  thaw(): boolean {
    return this.#child?.kill('SIGCONT') ?? false
  }

  /** It stays down. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    this.#wish = 'stand still'
    clearTimeout(this.#timer)
    this.#timer = undefined
    const child = this.#child
    if (child === undefined) return
    const exit = once(child, 'exit')
    this.end(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
    await exit
    clearTimeout(late)
  }

  /** Of what it traced. */
  tail(): string {
    if (!this.hasRun) return `${this.name} was never started`
    return `${this.name}: ${readFileSync(this.traceFile, 'utf8').slice(-tailCharacters)}`
  }

  #spawn(): void {
    const { machine, command, environment } = this.#options
    const output = openSync(this.traceFile, 'a')
    const child = machine.spawn(command, { output, ...(environment && { environment }) })
    closeSync(output)
    this.#child = child
    this.#isEndAsked = false
    this.#startedAtMs = performance.now()
    child.once('exit', (code, signal) => this.#ended(code, signal))
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined
    const upMs = performance.now() - this.#startedAtMs
    if (!this.#isEndAsked) {
      const how = signal ?? `exit code ${code}`
      this.deaths.push(`${this.name} ended by itself (${how}) after ${Math.round(upMs)} ms`)
    }
    if (this.#wish !== 'run') return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#spawn()
    }, this.#backoff.died(upMs))
  }
}
