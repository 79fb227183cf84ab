/** Somebody at the shell's pipes: `starling send` and `starling tail`, each its own process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../cluster/until.ts'

const program = new URL('../../packages/cli/src/starling.ts', import.meta.url).pathname

interface Heard {
  readonly index: number
  readonly kind: string
  readonly name: string
  readonly text?: string
}

export class PipePerson {
  readonly #folder = mkdtempSync(join(tmpdir(), 'starling-pipe-'))
  readonly #sending: ChildProcess
  readonly #tail: ChildProcess
  #heard = ''
  #notes = ''

  constructor(address: string, room: string) {
    this.#sending = this.#run(['send', room, '--address', address, '--name', 'piper'])
    this.#tail = this.#run(['tail', room, '--json', '--from', '1', '--address', address])
    this.#tail.stdout!.on('data', (bytes: Buffer) => {
      this.#heard += bytes.toString()
    })
  }

  say(...messages: readonly string[]): void {
    for (const text of messages) this.#sending.stdin!.write(`${text}\n`)
  }

  /** `name: text` of the messages in their order. */
  get messages(): readonly string[] {
    return this.entries.flatMap(({ kind, name, text }) =>
      kind === 'post' ? [`${name}: ${text}`] : [],
    )
  }

  get entries(): readonly Heard[] {
    const lines = this.#heard.split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as Heard)
  }

  async hears(...messages: readonly string[]): Promise<void> {
    await until(() => messages.every((message) => this.messages.includes(message)), {
      what: () => `${messages.join(', ')} among ${this.messages.join(', ')} ${this.#notes}`,
      ms: 60_000,
    })
  }

  async end(): Promise<void> {
    this.#sending.stdin!.end()
    this.#tail.kill('SIGTERM')
    for (const child of [this.#sending, this.#tail]) {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    rmSync(this.#folder, { recursive: true })
  }

  #run([command, ...args]: readonly string[]): ChildProcess {
    const profile = ['--profile', command!]
    const named = command === 'tail' ? ['--name', 'listener'] : []
    const child = spawn(process.execPath, [program, command!, ...args, ...profile, ...named], {
      stdio: 'pipe',
      env: { ...process.env, XDG_CONFIG_HOME: this.#folder },
    })
    child.stderr.on('data', (bytes: Buffer) => {
      this.#notes += bytes.toString()
    })
    return child
  }
}
