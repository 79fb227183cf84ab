/**
 * What is being written in each room, kept within `keptWithinMs` of the last key and at once when
 * the page goes. Other tabs see it when they next look.
 */
import type { KeptText } from './kept-text.ts'

const keptWithinMs = 200
const prefix = 'draft:'

export class Drafts {
  readonly #kept: KeptText
  readonly #changed = new Map<string, string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(kept: KeptText) {
    this.#kept = kept
    addEventListener('pagehide', () => this.flush())
    document.addEventListener('visibilitychange', () => this.flush())
  }

  read(): ReadonlyMap<string, string> {
    const rooms = this.#kept.keys(prefix)
    return new Map(rooms.map((room) => [room, this.#kept.get(prefix + room) ?? '']))
  }

  set(room: string, text: string): void {
    this.#changed.set(room, text)
    this.#timer ??= setTimeout(() => this.flush(), keptWithinMs)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const [room, text] of this.#changed) {
      if (text.trim() === '') this.#kept.delete(prefix + room)
      else this.#kept.set(prefix + room, text)
    }
    this.#changed.clear()
  }

  /** Another tab wrote in a room. */
  onOther(listener: (room: string, text: string) => void): void {
    this.#kept.onChange((key) => {
      if (!key.startsWith(prefix)) return
      listener(key.slice(prefix.length), this.#kept.get(key) ?? '')
    })
  }
}
