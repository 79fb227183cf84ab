/** What a client without a profile can find: as long as it lasts. */
import type { Entry } from '@starling/protocol/entry'
import { changed, type FoundMessage, isOlder, messageOf, searchWords } from './found-message.ts'
import { hitOf, type LocalIndex, queryWords } from './local-index.ts'

const messagesMax = 20_000

export function openMemoryIndex(): LocalIndex {
  const messages = new Map<string, FoundMessage>()
  const put = (room: string, entry: Entry) => {
    const index = messageOf(entry)
    if (index === undefined) return
    const key = `${room}/${index}`
    const message = changed(room, messages.get(key), entry)
    if (message !== undefined) messages.set(key, message)
    const [oldest] = messages.keys()
    if (messages.size > messagesMax) messages.delete(oldest!)
  }
  return {
    put: async (room, entries) => {
      for (const entry of entries) put(room, entry)
    },
    keepOnly: async (rooms) => {
      const kept = new Set(rooms)
      for (const [key, { room }] of messages) if (!kept.has(room)) messages.delete(key)
    },
    search: async ({ text, rooms, before, limit }) => {
      const words = queryWords(text)
      const among = new Set(rooms)
      if (words.length === 0) return []
      return [...messages.values()]
        .filter((message) => among.has(message.room))
        .filter((message) => before === undefined || isOlder(message, before))
        .filter((message) => hasAll(searchWords(message), words))
        .sort((a, b) => (isOlder(a, b) ? 1 : -1))
        .slice(0, limit)
        .map((message) => hitOf(message, words))
    },
    close: async () => {},
  }
}

export function hasAll(words: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((one) => words.some((word) => word.startsWith(one)))
}
