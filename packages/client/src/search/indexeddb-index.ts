/**
 * The index of a profile in a browser: messages in IndexedDB, each listed under every one of its
 * words, so that a word of a search is a range of keys.
 */
import type { Entry } from '@starling/protocol/entry'
import { changed, type FoundMessage, isOlder, messageOf, searchWords } from './found-message.ts'
import {
  hitOf,
  type LocalHit,
  type LocalIndex,
  type LocalQuery,
  queryWords,
} from './local-index.ts'
import { hasAll } from './memory-index.ts'

const schemaVersion = 1
const messagesMax = 20_000
/** Those that go at once when there are more. */
const evictedAtOnce = 1_000

type StoredMessage = FoundMessage & { readonly words: readonly string[] }

/** Beside what else is kept of the profile. */
export function indexNameOf(profile: string): string {
  return `starling:${profile}/search`
}

export function openIndexedDbIndex(name: string): LocalIndex {
  return new IndexedDbIndex(name)
}

class IndexedDbIndex implements LocalIndex {
  readonly #name: string
  #database: Promise<IDBDatabase> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(name: string) {
    this.#name = name
  }

  put(room: string, entries: readonly Entry[]): Promise<void> {
    return this.#next(async (database) => {
      const writing = database.transaction('messages', 'readwrite')
      const messages = writing.objectStore('messages')
      for (const entry of entries) {
        const index = messageOf(entry)
        if (index === undefined) continue
        const held = (await answer(messages.get([room, index]))) as StoredMessage | undefined
        const message = changed(room, held, entry)
        if (message === undefined || message === held) continue
        messages.put({ ...message, words: searchWords(message) }, [room, index])
      }
      await done(writing)
      await evict(database)
    })
  }

  keepOnly(rooms: readonly string[]): Promise<void> {
    const kept = new Set(rooms)
    return this.#next(async (database) => {
      const writing = database.transaction('messages', 'readwrite')
      const messages = writing.objectStore('messages')
      for (const key of (await answer(messages.getAllKeys())) as [string, number][]) {
        if (!kept.has(key[0])) messages.delete(key)
      }
      await done(writing)
    })
  }

  search({ text, rooms, before, limit }: LocalQuery): Promise<readonly LocalHit[]> {
    const words = queryWords(text)
    const longest = [...words].sort((a, b) => b.length - a.length)[0]
    if (longest === undefined) return Promise.resolve([])
    const among = new Set(rooms)
    return this.#next(async (database) => {
      const reading = database.transaction('messages').objectStore('messages').index('words')
      const range = IDBKeyRange.bound(longest, `${longest}\uffff`)
      const listed = (await answer(reading.getAll(range))) as StoredMessage[]
      // A message is listed once for each word that begins so.
      const found = new Map(listed.map((one) => [`${one.room}/${one.index}`, one]))
      return [...found.values()]
        .filter((message) => among.has(message.room))
        .filter((message) => before === undefined || isOlder(message, before))
        .filter((message) => hasAll(message.words, words))
        .sort((a, b) => (isOlder(a, b) ? 1 : -1))
        .slice(0, limit)
        .map((message) => hitOf(message, words))
    })
  }

  async close(): Promise<void> {
    await this.#last
    const database = await this.#database?.catch(() => undefined)
    database?.close()
  }

  #next<T>(act: (database: IDBDatabase) => Promise<T>): Promise<T> {
    this.#database ??= openDatabase(this.#name)
    const database = this.#database
    const done = this.#last.then(async () => act(await database))
    this.#last = done.catch(() => {})
    return done
  }
}

async function evict(database: IDBDatabase): Promise<void> {
  const count = await answer(database.transaction('messages').objectStore('messages').count())
  if (count <= messagesMax) return
  const writing = database.transaction('messages', 'readwrite')
  const messages = writing.objectStore('messages')
  const oldest = await answer(messages.index('at').getAllKeys(null, evictedAtOnce))
  for (const key of oldest) messages.delete(key)
  await done(writing)
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, schemaVersion)
  request.onupgradeneeded = () => {
    const messages = request.result.createObjectStore('messages')
    messages.createIndex('words', 'words', { multiEntry: true })
    messages.createIndex('at', 'at')
  }
  return answer(request).then((database) => {
    database.onversionchange = () => database.close()
    return database
  })
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
  })
}
