/** The parent's side of log-process.test-fixture.ts. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Order, Told } from './log-process.test-fixture.ts'

const waitMsMax = 30_000

export interface Start {
  readonly directory: string
  readonly name: string
  /** What it runs, where it is not the log alone. */
  readonly script?: string
}

export class LogProcess {
  readonly #child: ChildProcess
  readonly name: string
  readonly appended = new Map<string, number>()
  readonly saw: (readonly [number, string])[] = []
  isReady = false
  isHolding = false
  #check: () => void = () => {}

  constructor(context: TestContext, start: Start) {
    this.name = start.name
    const script = start.script ?? join(import.meta.dirname, 'log-process.test-fixture.ts')
    this.#child = fork(script, [start.directory, start.name])
    this.#child.on('message', (told: Told) => this.#hear(told))
    this.#child.on('exit', () => this.#check())
    context.after(() => this.kill('SIGKILL'))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get endedBy(): NodeJS.Signals | null {
    return this.#child.signalCode
  }

  order(order: Order): void {
    this.#child.send(order)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async ended(): Promise<void> {
    if (this.#child.signalCode === null && this.#child.exitCode === null) {
      await once(this.#child, 'exit')
    }
  }

  /** Resolves when the condition holds after something was heard from the process. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const fail = () => reject(new Error(`${this.name}: waited in vain for ${what}`))
    const timer = setTimeout(fail, waitMsMax)
    this.#check = () => {
      if (isSo()) resolve()
    }
    this.#check()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#check = () => {}
    }
  }

  #hear(told: Told): void {
    if (told.kind === 'ready') this.isReady = true
    else if (told.kind === 'holding') this.isHolding = true
    else if (told.kind === 'appended') this.appended.set(told.id, told.position)
    else this.saw.push(...told.records)
    this.#check()
  }
}

/** Processes on one directory, once all of them have it open. */
export async function startLogProcesses(
  context: TestContext,
  starts: readonly Start[],
): Promise<readonly LogProcess[]> {
  const started = starts.map((start) => new LogProcess(context, start))
  await Promise.all(started.map((one) => one.until('its start', () => one.isReady)))
  return started
}
