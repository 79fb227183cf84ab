/** The processes that were started on the machines of one run: noted, and ended with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { SpawnOptions } from './machine.ts'
import { killNow, noteProcess } from './running.ts'

export class MachineProcesses {
  readonly #folder: string
  readonly #living = new Set<ChildProcess>()

  /** The folder of the run. */
  constructor(folder: string) {
    this.#folder = folder
  }

  start(command: readonly string[], options: SpawnOptions): ChildProcess {
    const [program, ...args] = command
    const output = options.output ?? 'pipe'
    const child = spawn(program!, args, {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...options.environment },
    })
    if (child.pid === undefined) return child
    noteProcess(this.#folder, child.pid)
    this.#living.add(child)
    child.once('exit', () => this.#living.delete(child))
    return child
  }

  /** Frozen ones too. */
  killAll(): void {
    for (const { pid } of this.#living) killNow(pid!)
  }

  async end(): Promise<void> {
    const exits = [...this.#living].map((child) => once(child, 'exit'))
    this.killAll()
    await Promise.all(exits)
  }
}
