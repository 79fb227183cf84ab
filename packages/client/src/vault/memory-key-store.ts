import type { KeyStore, KeyTurn, KeyWrite } from './key-store.ts'
import { TurnQueue } from './turn-queue.ts'

/** For clients that keep nothing. Handles made with the same `rows` share them. */
export function openMemoryKeyStore(rows: KeyRows = new KeyRows()): KeyStore {
  const id = Symbol('handle')
  const close = async () => {
    await rows.queue.settled()
  }
  return { turn: (act) => rows.queue.next(() => turnOn(rows, id, act)), close }
}

export class KeyRows {
  readonly values = new Map<string, Uint8Array>()
  readonly queue = new TurnQueue()
  /** Handles that had a turn since the last write of another. */
  readonly readers = new Set<symbol>()
}

async function turnOn<T>(
  rows: KeyRows,
  id: symbol,
  act: (turn: KeyTurn) => Promise<T>,
): Promise<T> {
  const staged = new Map<string, Uint8Array | null>()
  const isChanged = !rows.readers.has(id)
  rows.readers.add(id)
  const result = await act({
    isChanged,
    get: async (key) => {
      const value = staged.has(key) ? staged.get(key) : rows.values.get(key)
      return value?.slice()
    },
    keys: async (prefix) => {
      const kept = [...rows.values.keys()].filter((key) => !staged.has(key))
      const put = [...staged].flatMap(([key, value]) => (value === null ? [] : [key]))
      return [...kept, ...put].filter((key) => key.startsWith(prefix)).sort()
    },
    batch: async (writes: readonly KeyWrite[]) => {
      for (const { key, value } of writes) staged.set(key, value?.slice() ?? null)
    },
  })
  for (const [key, value] of staged) {
    if (value === null) rows.values.delete(key)
    else rows.values.set(key, value)
  }
  if (staged.size > 0) {
    rows.readers.clear()
    rows.readers.add(id)
  }
  return result
}
