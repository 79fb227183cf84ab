/**
 * Runs the client node: gathers the inputs of one turn, then stores what must be durable, then
 * performs the outputs in their order. Nothing of a turn leaves before what it stores is durable.
 */

import type { ClientOutput } from '@starling/core/client/client-io'
import type { ClientNode } from '@starling/core/client/client-node'
import type { Now } from '@starling/core/now'
import type { ClientStorage, StoredChange } from './storage.ts'

export interface TurnsOptions {
  readonly node: ClientNode
  readonly storage: ClientStorage
  /** Of the outputs that are not for the storage. */
  readonly perform: (output: Exclude<ClientOutput, StoredChange>) => void
  /** After each turn that did something. */
  readonly done: () => void
  /** The storage failed; the client goes on without it. */
  readonly storageFailed: (error: unknown) => void
}

export class Turns {
  readonly #options: TurnsOptions
  #isDue = false
  #isRunning = false
  #idle: (() => void)[] = []

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** An input was given; the turn ends with the present task. */
  due(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => void this.#run())
  }

  /** Everything that was due is done. */
  async settled(): Promise<void> {
    if (!this.#isDue && !this.#isRunning) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    while (this.#isDue) {
      this.#isDue = false
      const outputs = this.#options.node.drain(now())
      const stored = this.#store(outputs.filter(isStored))
      if (stored !== undefined) await stored
      for (const output of outputs) if (!isStored(output)) this.#options.perform(output)
      if (outputs.length > 0) this.#options.done()
    }
    this.#isRunning = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Undefined when it is done already; so a turn with a synchronous storage is synchronous. */
  #store(changes: readonly StoredChange[]): Promise<void> | undefined {
    if (changes.length === 0) return undefined
    try {
      const written = this.#options.storage.write(changes)
      if (written === undefined) return undefined
      return written.catch((error: unknown) => this.#options.storageFailed(error))
    } catch (error) {
      this.#options.storageFailed(error)
      return undefined
    }
  }
}

export function now(): Now {
  return { ms: performance.now(), wallMs: Date.now() }
}

function isStored(output: ClientOutput): output is StoredChange {
  return (
    output.kind === 'store-items' ||
    output.kind === 'forget-item' ||
    output.kind === 'store-entries' ||
    output.kind === 'store-me'
  )
}
