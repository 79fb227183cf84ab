/**
 * What all that was stored amounts to: the meaning of each change, in memory. The storages on disk
 * must restore the same; `storage-contract.test-suite.ts` holds them to it.
 */
import type { OutboxItem, RestoredState, StoredOutbox } from '@starling/core/client/client-io'
import type { Entry } from '@starling/protocol/entry'
import type { StoredChange } from './storage.ts'

export class StoredPicture {
  #me: RestoredState['me']
  #rooms: RestoredState['rooms'] = []
  readonly #items = new Map<string, OutboxItem>()
  readonly #outboxes = new Map<string, StoredOutbox>()
  readonly #entries = new Map<string, Map<number, Entry>>()

  constructor(state: RestoredState) {
    this.#me = state.me
    this.#rooms = state.rooms
    for (const item of state.items) this.#items.set(keyOf(item), item)
    for (const outbox of state.outboxes) this.#outboxes.set(outbox.room, outbox)
    for (const [room, entries] of state.timelines) this.#put(room, entries)
  }

  apply(change: StoredChange): void {
    switch (change.kind) {
      case 'store-items':
        for (const item of change.forget) this.#items.delete(keyOf(item))
        for (const item of change.items) this.#items.set(keyOf(item), item)
        for (const outbox of change.outboxes) this.#outboxes.set(outbox.room, outbox)
        return
      case 'forget-item':
        this.#items.delete(keyOf(change.item))
        return
      case 'store-entries':
        if (change.isReset) this.#entries.delete(change.room)
        return this.#put(change.room, change.entries)
      case 'store-me':
        if (this.#me !== undefined && this.#me.user !== change.me.user) {
          this.#outboxes.clear()
          this.#entries.clear()
        }
        this.#me = change.me
        this.#rooms = change.rooms
    }
  }

  state(): RestoredState {
    const items = [...this.#items.values()].sort(
      (a, b) => byText(a.outbox, b.outbox) || a.number - b.number,
    )
    const outboxes = [...this.#outboxes.values()].sort((a, b) => byText(a.room, b.room))
    const timelines = new Map(
      [...this.#entries].map(([room, entries]) => [
        room,
        [...entries.values()].sort((a, b) => a.index - b.index),
      ]),
    )
    const state = { rooms: this.#rooms, items, outboxes, timelines }
    return this.#me === undefined ? state : { ...state, me: this.#me }
  }

  #put(room: string, entries: readonly Entry[]): void {
    const held = this.#entries.get(room) ?? new Map<number, Entry>()
    for (const entry of entries) held.set(entry.index, entry)
    if (held.size > 0) this.#entries.set(room, held)
  }
}

function keyOf(item: OutboxItem): string {
  return `${item.outbox}:${item.number}`
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
