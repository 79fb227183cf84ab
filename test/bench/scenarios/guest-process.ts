/** The process of guests (../load/guests-process.ts), as a scenario sees it. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { GuestsOptions, GuestsReport } from '../load/guests-process.ts'

const program = new URL('../load/guests-process.ts', import.meta.url).pathname

type Told<K extends GuestsReport['kind']> = Extract<GuestsReport, { kind: K }>

export class GuestProcess {
  readonly #child: ChildProcess
  readonly #reports: GuestsReport[] = []
  #wake = () => {}

  private constructor(options: GuestsOptions) {
    this.#child = fork(program, [JSON.stringify(options)])
    this.#child.on('message', (report: GuestsReport) => {
      this.#reports.push(report)
      this.#wake()
    })
    this.#child.on('exit', () => this.#wake())
  }

  static start(options: GuestsOptions): GuestProcess {
    return new GuestProcess(options)
  }

  async told<K extends GuestsReport['kind']>(kind: K, msMax: number): Promise<Told<K>> {
    const limit = AbortSignal.timeout(msMax)
    for (;;) {
      const at = this.#reports.findIndex((report) => report.kind === kind)
      if (at >= 0) return this.#reports.splice(at, 1)[0] as Told<K>
      if (this.#child.exitCode !== null) throw new Error(`the guests ended before "${kind}"`)
      await this.#next(limit, kind)
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.kill()
    await once(this.#child, 'exit')
  }

  #next(limit: AbortSignal, kind: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#wake = resolve
    const fail = () => reject(new Error(`the guests did not tell "${kind}" in time`))
    limit.addEventListener('abort', fail, { once: true })
    return promise.finally(() => limit.removeEventListener('abort', fail))
  }
}
