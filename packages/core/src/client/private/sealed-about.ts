/** A room's title and topic as its members sealed them: the newest of each stands. */
import type { SealedAbout as Stored } from '../client-io.ts'

export class SealedAbout {
  #stored: Stored

  constructor(stored: Stored = {}) {
    this.#stored = stored
  }

  get stored(): Stored {
    return this.#stored
  }

  get title(): string | undefined {
    return this.#stored.title?.text
  }

  get topic(): string | undefined {
    return this.#stored.topic?.text
  }

  /** Nothing before it was ever read here. */
  get firstRead(): number {
    return this.#stored.firstRead ?? Number.POSITIVE_INFINITY
  }

  /** True when nothing so old was read before. */
  read(index: number): boolean {
    if (index >= this.firstRead) return false
    this.#stored = { ...this.#stored, firstRead: index }
    return true
  }

  /** True when it is newer than what was known. */
  learn(what: 'title' | 'topic', text: string, index: number): boolean {
    if ((this.#stored[what]?.index ?? 0) >= index) return false
    this.#stored = { ...this.#stored, [what]: { text, index } }
    return true
  }
}
