/**
 * The IndexedDB of a profile in a browser. Everything but the identity belongs to a slot, which one
 * tab holds at a time (indexeddb-storage.ts); keys begin with its number. What is written in one
 * call is written in one transaction: all of it or nothing.
 */
import type { Me, OutboxItem, RestoredState, StoredOutbox } from '@starling/core/client/client-io'
import type { Entry } from '@starling/protocol/entry'
import type { Identity, Restored, StoredChange } from './storage.ts'

const schemaVersion = 1
const storedEntriesMax = 500
/** Those with the newest entries; the others are read again when they are shown. */
const storedRoomsMax = 200
/** Keys: a name, or slot and name · slot, outbox, number · slot, room · slot, room, index. */
const stores = ['facts', 'items', 'outboxes', 'entries'] as const

export class BrowserDatabase {
  readonly #database: IDBDatabase

  private constructor(database: IDBDatabase) {
    this.#database = database
    // A newer version of the page wants to change the schema; writes here fail from now on.
    database.onversionchange = () => database.close()
  }

  /** @throws Error with the remedy when the browser gives none. */
  static async open(name: string): Promise<BrowserDatabase> {
    const request = indexedDB.open(name, schemaVersion)
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store)
    }
    try {
      return new BrowserDatabase(await answer(request))
    } catch (error) {
      const { name: kind, message } = error as DOMException
      const remedy =
        kind === 'VersionError'
          ? 'it was written by a newer version of this page; reload it'
          : 'allow this site to keep data, or leave private browsing'
      throw new Error(`what you write cannot be kept in this browser (${message}); ${remedy}`)
    }
  }

  async read(slot: number): Promise<Restored> {
    const reading = this.#database.transaction(stores)
    const all = <T>(store: (typeof stores)[number]) =>
      answer(reading.objectStore(store).getAll(ofSlot(slot)) as IDBRequest<T[]>)
    const fact = <T>(key: IDBValidKey) =>
      answer(reading.objectStore('facts').get(key) as IDBRequest<T | undefined>)
    const [identity, arriving, me, rooms, items, outboxes, keys, entries] = await Promise.all([
      fact<Identity>('identity'),
      fact<Identity>('arriving'),
      fact<Me>([slot, 'me']),
      fact<RestoredState['rooms']>([slot, 'rooms']),
      all<OutboxItem>('items'),
      all<StoredOutbox>('outboxes'),
      answer(reading.objectStore('entries').getAllKeys(ofSlot(slot))),
      all<Entry>('entries'),
    ])
    const timelines = new Map<string, Entry[]>()
    entries.forEach((entry, at) => {
      const [, room] = keys[at] as [number, string, number]
      const held = timelines.get(room) ?? []
      timelines.set(room, held)
      held.push(entry)
    })
    await this.#evict(slot, timelines)
    const state = { rooms: rooms ?? [], items, outboxes, timelines }
    const restored = { identity, state: me === undefined ? state : { ...state, me } }
    return arriving === undefined ? restored : { ...restored, arriving }
  }

  /**
   * Settles when it is durable. Entries are only kept to start quickly: when the browser has no
   * more room, they make way for what was not sent yet.
   */
  async write(slot: number, changes: readonly StoredChange[]): Promise<void> {
    try {
      await this.#write(slot, changes)
    } catch (error) {
      if (!isQuotaExceeded(error)) throw error
      await this.#forgetEntries()
      await this.#write(
        slot,
        changes.filter(({ kind }) => kind !== 'store-entries'),
      )
    }
  }

  async #forgetEntries(): Promise<void> {
    const writing = this.#writing()
    writing.objectStore('entries').clear()
    await done(writing)
  }

  /** Of rooms over the limit, those that were quiet the longest. */
  async #evict(slot: number, timelines: Map<string, Entry[]>): Promise<void> {
    if (timelines.size <= storedRoomsMax) return
    const lastAt = (entries: readonly Entry[]) => entries.at(-1)?.at ?? 0
    const byAge = [...timelines].sort(([, a], [, b]) => lastAt(b) - lastAt(a))
    const writing = this.#writing()
    for (const [room] of byAge.slice(storedRoomsMax)) {
      timelines.delete(room)
      writing.objectStore('entries').delete(ofRoom(slot, room))
    }
    await done(writing)
  }

  async #write(slot: number, changes: readonly StoredChange[]): Promise<void> {
    const writing = this.#writing()
    const before = changes.some(({ kind }) => kind === 'store-me')
      ? await answer(writing.objectStore('facts').get([slot, 'me']) as IDBRequest<Me | undefined>)
      : undefined
    let user = before?.user
    for (const change of changes) {
      if (change.kind === 'store-me') {
        if (user !== undefined && user !== change.me.user) {
          writing.objectStore('outboxes').delete(ofSlot(slot))
          writing.objectStore('entries').delete(ofSlot(slot))
        }
        user = change.me.user
      }
      apply(writing, slot, change)
    }
    await done(writing)
  }

  async saveIdentity(identity: Identity): Promise<void> {
    const writing = this.#writing()
    const facts = writing.objectStore('facts')
    facts.put(identity, identity.isKnown ? 'identity' : 'arriving')
    if (identity.isKnown) facts.delete('arriving')
    await done(writing)
  }

  /** In which slots something waits. */
  async slotsWithItems(): Promise<readonly number[]> {
    const reading = this.#database.transaction('items')
    const keys = (await answer(reading.objectStore('items').getAllKeys())) as [number][]
    return [...new Set(keys.map(([slot]) => slot))]
  }

  /**
   * Moves items from one slot to another, and removes the outboxes that they were in: their next
   * numbers are known to whoever has the items, and nobody may go on counting beside them. While it
   * is not known whose the slot is, it gets nobody's items.
   */
  async moveItems(from: number, to: number): Promise<readonly OutboxItem[]> {
    const writing = this.#writing()
    const all = <T>(store: (typeof stores)[number]) =>
      answer(writing.objectStore(store).getAll(ofSlot(from)) as IDBRequest<T[]>)
    const me = (slot: number) =>
      answer(writing.objectStore('facts').get([slot, 'me']) as IDBRequest<Me | undefined>)
    const [items, outboxes, theirs, mine] = await Promise.all([
      all<OutboxItem>('items'),
      all<StoredOutbox>('outboxes'),
      me(from),
      me(to),
    ])
    if (mine === undefined && theirs !== undefined) return []
    const isMine = theirs === undefined || theirs.user === mine?.user
    const moved = isMine ? items : items.map(refused)
    for (const item of items) apply(writing, from, { kind: 'forget-item', item })
    for (const { room, outbox } of outboxes) {
      if (items.some((item) => item.outbox === outbox)) {
        writing.objectStore('outboxes').delete([from, room])
      }
    }
    apply(writing, to, { kind: 'store-items', forget: [], items: moved, outboxes: [] })
    await done(writing)
    return moved
  }

  close(): void {
    this.#database.close()
  }

  #writing(): IDBTransaction {
    return this.#database.transaction(stores, 'readwrite', { durability: 'strict' })
  }
}

function apply(writing: IDBTransaction, slot: number, change: StoredChange): void {
  const items = writing.objectStore('items')
  const forget = ({ outbox, number }: OutboxItem) => items.delete([slot, outbox, number])
  switch (change.kind) {
    case 'store-items':
      for (const item of change.forget) forget(item)
      for (const item of change.items) items.put(item, [slot, item.outbox, item.number])
      for (const outbox of change.outboxes) {
        writing.objectStore('outboxes').put(outbox, [slot, outbox.room])
      }
      return
    case 'forget-item':
      forget(change.item)
      return
    case 'store-entries': {
      const { room, isReset } = change
      const entries = writing.objectStore('entries')
      if (isReset) entries.delete(ofRoom(slot, room))
      for (const entry of change.entries) entries.put(entry, [slot, room, entry.index])
      const last = Math.max(0, ...change.entries.map((entry) => entry.index))
      if (last <= storedEntriesMax) return
      entries.delete(IDBKeyRange.bound([slot, room], [slot, room, last - storedEntriesMax]))
      return
    }
    case 'store-me':
      writing.objectStore('facts').put(change.me, [slot, 'me'])
      writing.objectStore('facts').put(change.rooms, [slot, 'rooms'])
  }
}

export async function removeDatabase(name: string): Promise<void> {
  await answer(indexedDB.deleteDatabase(name))
}

/** An array is greater than every number and text: all keys that begin with the slot. */
function ofSlot(slot: number): IDBKeyRange {
  return IDBKeyRange.bound([slot], [slot, []])
}

function ofRoom(slot: number, room: string): IDBKeyRange {
  return IDBKeyRange.bound([slot, room], [slot, room, []])
}

export function isQuotaExceeded(error: unknown): boolean {
  return (error as { readonly name?: unknown } | null)?.name === 'QuotaExceededError'
}

/** What another account wrote must not go out in this one's name. */
function refused(item: OutboxItem): OutboxItem {
  return { ...item, refused: { code: 'not-allowed', say: 'Written here by another account.' } }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function done(writing: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    writing.oncomplete = () => resolve()
    writing.onabort = () => reject(writing.error ?? new Error('the browser stopped a write'))
    // Does not wait for another task, so that what is written while the page goes is written.
    writing.commit()
  })
}
