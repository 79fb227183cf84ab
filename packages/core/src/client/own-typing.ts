/** What the others are told of one's own typing: repeated before it runs out, ended once. */
import { limits } from '@starling/protocol/limits'
import type { UpFrame } from '@starling/protocol/up'
import type { Now } from '../now.ts'

const repeatMs = limits.typingMs / 2

export class OwnTyping {
  /** Room → when it was told last. */
  readonly #toldMs = new Map<string, number>()

  /** The frame to send, if one is needed. */
  set(now: Now, room: string, isTyping: boolean): UpFrame | undefined {
    const toldMs = this.#toldMs.get(room)
    if (isTyping) {
      if (toldMs !== undefined && now.ms - toldMs < repeatMs) return undefined
      this.#toldMs.set(room, now.ms)
      return { t: 'typing', room, on: true }
    }
    if (toldMs === undefined) return undefined
    this.#toldMs.delete(room)
    return now.ms - toldMs < limits.typingMs ? { t: 'typing', room, on: false } : undefined
  }

  /** A message ends it by itself. */
  posted(room: string): void {
    this.#toldMs.delete(room)
  }

  clear(): void {
    this.#toldMs.clear()
  }
}
