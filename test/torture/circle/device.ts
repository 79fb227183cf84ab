/** A device's process as the torture holds it: started, told what to do, killed, started again. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Credentials, Result } from '@starling/client/api'
import { until, within } from '../../cluster/until.ts'
import type { DeviceCall, DeviceSays, DeviceStart, DeviceState, Verb } from './device-process.ts'

const program = new URL('device-process.ts', import.meta.url).pathname
const startMsMax = 60_000
const answerMsMax = 120_000
const outputCharactersMax = 4_000

/** The process was killed before it had answered. */
export class DeviceDied extends Error {}

export type DeviceHears = (device: CircleDevice, says: DeviceSays) => void

export interface DeviceOptions {
  readonly name: string
  readonly addresses: readonly string[]
  readonly directory: string
  readonly auth: Credentials
  readonly hears: DeviceHears
}

const nothingYet: DeviceState = {
  user: undefined,
  device: undefined,
  connection: 'idle',
  account: 'preparing',
  linkCode: undefined,
  rooms: {},
  invitations: [],
  waiting: 0,
  texts: [],
}

export class CircleDevice {
  readonly name: string
  readonly directory: string
  state: DeviceState = nothingYet
  /** How often its process was started. */
  runs = 0
  /** On the wall clock, when its person threw it out. */
  revokedAtMs: number | undefined
  /** Ends of its process that nobody meant. */
  readonly deaths: string[] = []
  readonly #options: DeviceOptions
  #child: ChildProcess | undefined
  #isEndMeant = false
  #output = ''
  #calls = 0
  readonly #waiting = new Map<number, PromiseWithResolvers<Result<unknown>>>()

  constructor(options: DeviceOptions) {
    this.name = options.name
    this.directory = options.directory
    this.#options = options
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  get user(): string {
    return this.state.user!
  }

  get device(): string {
    return this.state.device!
  }

  get output(): string {
    return this.#output
  }

  /** Until it knows who it is. */
  async start(): Promise<void> {
    const { addresses, directory, auth } = this.#options
    const known: DeviceStart = { addresses, directory }
    const start = this.runs > 0 ? known : { ...known, auth }
    this.runs += 1
    const child = fork(program, [JSON.stringify(start)], {
      serialization: 'advanced',
      // Processes start often; what is compiled once need not be again.
      env: { ...process.env, NODE_COMPILE_CACHE: join(directory, '..', 'compiled') },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#isEndMeant = false
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes: Buffer) => {
        this.#output = (this.#output + bytes.toString()).slice(-outputCharactersMax)
      })
    }
    child.on('message', (says: DeviceSays) => this.#heard(child, says))
    child.once('exit', (code, signal) => this.#ended(child, `${code ?? signal}`))
    await this.until((state) => state.device !== undefined, 'a welcome')
  }

  /** @throws DeviceDied */
  async call<T = unknown>(verb: Verb, ...words: readonly string[]): Promise<Result<T>> {
    const child = this.#child
    if (child === undefined) throw new DeviceDied(`${this.name} does not run`)
    this.#calls += 1
    const call: DeviceCall = { call: this.#calls, verb, words }
    const waiting = Promise.withResolvers<Result<unknown>>()
    this.#waiting.set(call.call, waiting)
    // To a process that just died nothing can be said; its exit tells.
    child.send(call, () => {})
    const what = `an answer of ${this.name} to ${verb} ${words.join(' ')}`
    return (await within(waiting.promise, { what, ms: answerMsMax })) as Result<T>
  }

  /** Whatever dies meanwhile, clients or servers: the call is made again. */
  async insist<T = unknown>(verb: Verb, ...words: readonly string[]): Promise<Result<T>> {
    const giveUpAtMs = performance.now() + answerMsMax
    for (;;) {
      await until(() => this.isRunning, { what: `${this.name} runs`, ms: startMsMax })
      try {
        const said = await this.call<T>(verb, ...words)
        const isOutage = !said.ok && said.code === 'unavailable'
        // A person would ask again, too.
        if (!isOutage || performance.now() >= giveUpAtMs) return said
      } catch (error) {
        if (!(error instanceof DeviceDied)) throw error
      }
    }
  }

  until(is: (state: DeviceState) => boolean, what: string, ms = startMsMax): Promise<void> {
    return until(() => is(this.state), { what: () => `${what} of ${this.shown()}`, ms })
  }

  shown(): string {
    return `${this.name}: ${JSON.stringify(this.state)} ${this.#output}`
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#isEndMeant = true
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async close(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#isEndMeant = true
    const ended = once(child, 'exit')
    this.thaw()
    try {
      await this.call('close')
    } catch (error) {
      if (!(error instanceof DeviceDied)) throw error
    }
    await ended
  }

  #heard(child: ChildProcess, says: DeviceSays): void {
    if (this.#child !== child) return
    if (says.t === 'answer') {
      this.#waiting.get(says.call)?.resolve(says.result)
      this.#waiting.delete(says.call)
      return
    }
    if (says.t === 'state') this.state = says.state
    this.#options.hears(this, says)
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return
    this.#child = undefined
    if (!this.#isEndMeant) this.deaths.push(`${this.name} ended with ${how}: ${this.#output}`)
    for (const { reject } of this.#waiting.values()) {
      reject(new DeviceDied(`${this.name} ended with ${how}\n${this.#output}`))
    }
    this.#waiting.clear()
  }
}
