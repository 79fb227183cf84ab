/**
 * What a client stored, and what of it a crash leaves. The outbox is durable at once. Forgetting
 * an item and keeping entries may be written lazily; a crash loses what was not written yet, the
 * newest first. The vault, which holds the keys, is durable by itself.
 */
import type {
  ClientOutput,
  OutboxItem,
  RestoredState,
  StoredOutbox,
} from '@starling/core/client/client-io'
import type { Vault } from '@starling/core/client/private/stand-in-vault'
import type { Entry } from '@starling/protocol/entry'

type StoreOutput = Extract<
  ClientOutput,
  { kind: 'store-items' | 'forget-item' | 'store-entries' | 'store-me' }
>

export class ClientDisk {
  readonly vault: Vault
  readonly #items = new Map<string, OutboxItem>()
  readonly #outboxes = new Map<string, StoredOutbox>()
  readonly #timelines = new Map<string, Map<number, Entry>>()
  #me: Pick<RestoredState, 'me' | 'rooms'> = { rooms: [] }
  /** Lazy writes, oldest first. */
  #unwritten: (() => void)[] = []

  constructor(vault: Vault) {
    this.vault = vault
  }

  write(output: StoreOutput): void {
    switch (output.kind) {
      case 'store-items':
        // Durable, so what was written before is durable too.
        this.flush()
        for (const item of output.forget) this.#items.delete(keyOf(item))
        for (const item of output.items) this.#items.set(keyOf(item), item)
        for (const outbox of output.outboxes) this.#outboxes.set(outbox.room, outbox)
        return
      case 'store-me':
        this.#unwritten.push(() => {
          this.#me = { me: output.me, rooms: output.rooms }
        })
        return
      case 'forget-item':
        this.#unwritten.push(() => this.#items.delete(keyOf(output.item)))
        return
      case 'store-entries':
        this.#unwritten.push(() => this.#keep(output))
        return
    }
  }

  flush(): void {
    const unwritten = this.#unwritten
    this.#unwritten = []
    for (const write of unwritten) write()
  }

  /** A crash: of the lazy writes only some of the oldest were made. */
  crash(written: (count: number) => number): void {
    const unwritten = this.#unwritten
    this.#unwritten = []
    for (const write of unwritten.slice(0, written(unwritten.length + 1))) write()
  }

  restore(): RestoredState {
    const items = [...this.#items.values()].sort((a, b) =>
      a.outbox === b.outbox ? a.number - b.number : a.outbox < b.outbox ? -1 : 1,
    )
    const timelines = new Map<string, readonly Entry[]>()
    for (const [room, byIndex] of this.#timelines) {
      timelines.set(
        room,
        [...byIndex.values()].sort((a, b) => a.index - b.index),
      )
    }
    const outboxes = [...this.#outboxes.values()]
    return { ...this.#me, items, outboxes, timelines }
  }

  #keep({ room, entries, isReset }: Extract<StoreOutput, { kind: 'store-entries' }>): void {
    let timeline = this.#timelines.get(room)
    if (timeline === undefined || isReset) {
      timeline = new Map()
      this.#timelines.set(room, timeline)
    }
    for (const entry of entries) timeline.set(entry.index, entry)
  }
}

function keyOf(item: OutboxItem): string {
  return `${item.outbox} ${item.number}`
}
