/**
 * Rooms that one was asked into. They stand in the self room; at each welcome its newest page is
 * read, what comes live is added, and the whole is looked at in order: an invitation stands until
 * one entered that room. The title of an encrypted room only those in it know.
 */
import type { Entry } from '@starling/protocol/entry'
import type { Invitation } from './snapshot.ts'

const entriesMax = 400

export class Invitations {
  #entries = new Map<number, Entry>()
  #shown: readonly Invitation[] = []

  get shown(): readonly Invitation[] {
    return this.#shown
  }

  /** True when something else is to be shown now. */
  note(entries: readonly Entry[]): boolean {
    const relevant = entries.filter(({ kind }) => kind === 'invited' || kind === 'room-added')
    if (relevant.length === 0) return false
    for (const entry of relevant) this.#entries.set(entry.index, entry)
    const sorted = [...this.#entries.values()].sort((a, b) => a.index - b.index).slice(-entriesMax)
    this.#entries = new Map(sorted.map((entry) => [entry.index, entry]))
    const standing = new Map<string, Invitation>()
    for (const entry of sorted) {
      if (entry.kind === 'room-added') standing.delete(entry.room)
      if (entry.kind !== 'invited') continue
      const { room, by, name: byName, at } = entry
      const title = entry.title === '' ? `Private room of ${byName}` : entry.title
      standing.set(room, { room, title, by, byName, at })
    }
    this.#shown = [...standing.values()]
    return true
  }

  clear(): void {
    this.#entries.clear()
    this.#shown = []
  }
}
