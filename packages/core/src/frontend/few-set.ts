/**
 * A set of which a front-end has several for each connection, and which holds nothing or one thing
 * most of the time. A `Set` costs some 180 bytes even when empty; this one makes it when a second
 * thing comes, and lets it go with the last.
 */
export class FewSet<T extends object | string> {
  #held: T | Set<T> | undefined

  get size(): number {
    if (this.#held === undefined) return 0
    return this.#held instanceof Set ? this.#held.size : 1
  }

  has(it: T): boolean {
    return this.#held instanceof Set ? this.#held.has(it) : this.#held === it
  }

  add(it: T): void {
    const held = this.#held
    if (held === undefined) this.#held = it
    else if (held instanceof Set) held.add(it)
    else if (held !== it) this.#held = new Set([held, it])
  }

  /** Whether it was there. */
  delete(it: T): boolean {
    const held = this.#held
    if (!(held instanceof Set)) {
      if (held !== it) return false
      this.#held = undefined
      return true
    }
    const wasThere = held.delete(it)
    if (held.size === 0) this.#held = undefined
    return wasThere
  }

  clear(): void {
    this.#held = undefined
  }

  /** In the order in which they came. */
  [Symbol.iterator](): Iterator<T> {
    const held = this.#held
    if (held === undefined) return [][Symbol.iterator]()
    return held instanceof Set ? held.values() : [held][Symbol.iterator]()
  }
}
