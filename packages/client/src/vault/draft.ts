/**
 * What one job reads and puts. It sees its own puts; they reach the store together, when the job is
 * done. So a job stands as a whole or not at all.
 */
import type { KeyTurn } from './key-store.ts'

export class Draft {
  readonly #turn: KeyTurn
  readonly #puts = new Map<string, Uint8Array | null>()

  constructor(turn: KeyTurn) {
    this.#turn = turn
  }

  async bytes(key: string): Promise<Uint8Array | undefined> {
    const put = this.#puts.get(key)
    return put === undefined ? this.#turn.get(key) : (put ?? undefined)
  }

  /** What `putRecord` put there. */
  async record<T>(key: string): Promise<T | undefined> {
    const bytes = await this.bytes(key)
    return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as T)
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const held = await this.#turn.keys(prefix)
    const kept = held.filter((key) => !this.#puts.has(key))
    const put = [...this.#puts].flatMap(([key, value]) => (value === null ? [] : [key]))
    return [...kept, ...put.filter((key) => key.startsWith(prefix))].sort()
  }

  put(key: string, value: Uint8Array): void {
    this.#puts.set(key, value)
  }

  /** Of what JSON can say. */
  putRecord(key: string, value: object): void {
    this.put(key, new TextEncoder().encode(JSON.stringify(value)))
  }

  remove(key: string): void {
    this.#puts.set(key, null)
  }

  async removeAll(prefix: string): Promise<void> {
    for (const key of await this.keys(prefix)) this.remove(key)
  }

  async flush(): Promise<void> {
    const writes = [...this.#puts].map(([key, value]) => ({ key, value }))
    this.#puts.clear()
    if (writes.length > 0) await this.#turn.batch(writes)
  }
}
