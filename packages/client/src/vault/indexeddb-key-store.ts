/**
 * The keys of a profile in a browser: one IndexedDB database. Values are encrypted under a key that
 * the browser keeps beside them and gives to no script (non-extractable): who copies the files of
 * the browser's profile without the browser's own key storage, or reads the database through
 * another page's bug, gets no keys. A script of this very page could use it, but not take it away.
 *
 * A Web Lock makes the turns of tabs exclude one another. A turn gathers what it puts and writes it
 * in one transaction at its end, since transactions of IndexedDB do not last over other waits.
 */
import type { KeyStore, KeyTurn, KeyWrite } from './key-store.ts'
import { sealedKeyStore } from './sealed-key-store.ts'
import { TurnQueue } from './turn-queue.ts'

const schemaVersion = 1
/** Values · the encrypting key, the count of writes. */
const stores = ['keys', 'facts'] as const

export interface BrowserKeys {
  readonly keys: KeyStore
  /** The pair by this name; what `make` gives is kept when there is none. */
  heldKey(name: string, make: () => Promise<CryptoKeyPair>): Promise<CryptoKeyPair>
}

export async function openIndexedDbKeyStore(name: string): Promise<BrowserKeys> {
  const request = indexedDB.open(name, schemaVersion)
  request.onupgradeneeded = () => {
    for (const store of stores) request.result.createObjectStore(store)
  }
  const database = await answer(request)
  database.onversionchange = () => database.close()
  const key = await held(database, 'key', await makeSealingKey())
  return {
    keys: sealedKeyStore(new IndexedDbKeyStore(name, database), key),
    heldKey: async (pair, make) => held(database, `pair/${pair}`, await make()),
  }
}

function makeSealingKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** What is there already, else what was made. */
async function held<T>(database: IDBDatabase, name: string, made: T): Promise<T> {
  const writing = database.transaction('facts', 'readwrite', { durability: 'strict' })
  const facts = writing.objectStore('facts')
  const before = (await answer(facts.get(name))) as T | undefined
  if (before === undefined) facts.put(made, name)
  await done(writing)
  return before ?? made
}

class IndexedDbKeyStore implements KeyStore {
  readonly #name: string
  readonly #database: IDBDatabase
  readonly #queue = new TurnQueue()
  #writes = -1

  constructor(name: string, database: IDBDatabase) {
    this.#name = name
    this.#database = database
  }

  turn<T>(act: (turn: KeyTurn) => Promise<T>): Promise<T> {
    return this.#queue.next(() => {
      // Of a page that came neither by https nor from this machine; it has no other tabs here.
      if (navigator.locks === undefined) return this.#turn(act)
      return navigator.locks.request(`${this.#name}/turn`, () => this.#turn(act))
    })
  }

  async close(): Promise<void> {
    await this.#queue.settled()
    this.#database.close()
  }

  async #turn<T>(act: (turn: KeyTurn) => Promise<T>): Promise<T> {
    const before = await this.#count()
    const staged = new Map<string, Uint8Array | null>()
    const result = await act({
      isChanged: before !== this.#writes,
      get: async (key) => {
        if (staged.has(key)) return staged.get(key) ?? undefined
        const reading = this.#database.transaction('keys').objectStore('keys')
        return (await answer(reading.get(key))) as Uint8Array | undefined
      },
      keys: (prefix) => this.#keys(prefix, staged),
      batch: async (writes: readonly KeyWrite[]) => {
        for (const { key, value } of writes) staged.set(key, value)
      },
    })
    if (staged.size > 0) await this.#write(staged, before + 1)
    this.#writes = staged.size > 0 ? before + 1 : before
    return result
  }

  async #keys(
    prefix: string,
    staged: ReadonlyMap<string, Uint8Array | null>,
  ): Promise<readonly string[]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`, false, true)
    const reading = this.#database.transaction('keys').objectStore('keys')
    const held = (await answer(reading.getAllKeys(range))) as string[]
    const put = [...staged].flatMap(([key, value]) => (value === null ? [] : [key]))
    const kept = held.filter((key) => !staged.has(key))
    return [...kept, ...put.filter((key) => key.startsWith(prefix))].sort()
  }

  async #count(): Promise<number> {
    const reading = this.#database.transaction('facts').objectStore('facts')
    return ((await answer(reading.get('writes'))) as number | undefined) ?? 0
  }

  async #write(staged: ReadonlyMap<string, Uint8Array | null>, count: number): Promise<void> {
    const writing = this.#database.transaction(stores, 'readwrite', { durability: 'strict' })
    const keys = writing.objectStore('keys')
    for (const [key, value] of staged) {
      if (value === null) keys.delete(key)
      else keys.put(value, key)
    }
    writing.objectStore('facts').put(count, 'writes')
    await done(writing)
  }
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
    writing.commit()
  })
}
