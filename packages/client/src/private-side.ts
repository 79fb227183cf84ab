/**
 * What a client's shell does for encryption: gives the cipher its work, tells the node what came of
 * it, answers wishes, and keeps the index of what was read.
 */
import type { ClientOutput, PrivacyResult, PrivacyWish } from '@starling/core/client/client-io'
import type { ClientNode } from '@starling/core/client/client-node'
import { unreachable } from '@starling/core/now'
import type { Refusal } from './api.ts'
import { closedRefusal } from './client-side.ts'
import type { PrivacyAnswer } from './privacy-methods.ts'
import type { LocalHit, LocalIndex, LocalQuery } from './search/local-index.ts'
import { now } from './turns.ts'
import type { Cipher } from './vault/cipher-thread.ts'

export interface PrivateSideParts {
  readonly cipher: Cipher | undefined
  readonly index: LocalIndex | undefined
  readonly act: <T>(input: (node: ClientNode) => T) => T
  readonly failed: (error: unknown) => void
}

export type PrivateOutput = Extract<ClientOutput, { kind: 'cipher' | 'opened' | 'privacy' }>

const noCipher: Refusal = {
  ok: false,
  code: 'vault-unavailable',
  say: 'This program does not encrypt.',
}

export class PrivateSide {
  readonly #parts: PrivateSideParts
  readonly #wishes = new Map<number, (answer: PrivacyAnswer) => void>()
  #isClosed = false

  constructor(parts: PrivateSideParts) {
    this.#parts = parts
  }

  perform(output: PrivateOutput): void {
    switch (output.kind) {
      case 'cipher':
        return void this.#work(output)
      case 'opened':
        return void this.#indexed(this.#parts.index?.put(output.room, output.entries))
      case 'privacy':
        return this.#wished(output.ask, output.result)
      default:
        unreachable(output)
    }
  }

  wish(wish: PrivacyWish): Promise<PrivacyAnswer> {
    if (this.#isClosed) return Promise.resolve(closedRefusal)
    if (this.#parts.cipher === undefined) return Promise.resolve(noCipher)
    const ask = this.#parts.act((node) => node.privacy(now(), wish))
    return new Promise((resolve) => this.#wishes.set(ask, resolve))
  }

  async search(query: LocalQuery): Promise<readonly LocalHit[] | Refusal> {
    if (this.#isClosed) return closedRefusal
    return (await this.#indexed(this.#parts.index?.search(query))) ?? []
  }

  /** One is in these rooms; of others nothing is found any more. */
  welcomed(rooms: readonly string[]): void {
    void this.#indexed(this.#parts.index?.keepOnly(rooms))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#parts.cipher?.close()
    await this.#indexed(this.#parts.index?.close())
    for (const resolve of this.#wishes.values()) resolve(closedRefusal)
  }

  async #work({ job, work }: Extract<PrivateOutput, { kind: 'cipher' }>): Promise<void> {
    const result = await this.#parts.cipher?.do(work)
    if (result === undefined || this.#isClosed) return
    this.#parts.act((node) => node.cipherDone(now(), job, result))
  }

  #wished(ask: number, result: PrivacyResult): void {
    this.#wishes.get(ask)?.(result)
    this.#wishes.delete(ask)
  }

  /** What cannot be indexed is only not found. */
  async #indexed<T>(done: Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await done
    } catch (error) {
      this.#parts.failed(error)
      return undefined
    }
  }
}
