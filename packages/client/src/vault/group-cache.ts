/** Groups as they stand in the store, those used last; the others are decoded again. */
import type { Group } from '@starling/mls/group'

const groupsMax = 8

export class GroupCache {
  readonly #groups = new Map<string, Group>()

  get(room: string): Group | undefined {
    const group = this.#groups.get(room)
    if (group !== undefined) this.put(room, group)
    return group
  }

  put(room: string, group: Group): void {
    this.#groups.delete(room)
    this.#groups.set(room, group)
    const [oldest] = this.#groups.keys()
    if (this.#groups.size > groupsMax) this.#groups.delete(oldest!)
  }

  remove(room: string): void {
    this.#groups.delete(room)
  }

  clear(): void {
    this.#groups.clear()
  }
}
