import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { searchLimits } from './search-index.ts'
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts'

function post(index: number, text: string): Entry {
  return { index, at: 1, by: 'u-ann', name: 'Ann', kind: 'post', text }
}

function storeOf(context: TestContext, rooms: Record<string, readonly string[]>): SqliteStore {
  const { store, close } = openSqliteStore(':memory:', { unindexedMax: 2 })
  context.after(close)
  store.transact(1, () => {
    for (const [room, texts] of Object.entries(rooms)) {
      texts.forEach((text, at) => {
        store.putEntry(room, post(at + 1, text))
      })
    }
  })
  return store
}

function find(store: SqliteStore, text: string, rooms: readonly string[]): readonly string[] {
  const hits = store.search({ text, rooms, limit: 100 })
  return hits.map((hit) => `${hit.room} ${hit.entry.index}`)
}

test('[P8] no text finds the word that names a room', (context) => {
  const name = `_${Buffer.from('r1').toString('hex')}`
  const store = storeOf(context, { r1: ['hello', `${name} here`], r2: [`say ${name}`] })
  assert.deepEqual(find(store, name, ['r1', 'r2']), ['r2 1', 'r1 2'])
  assert.deepEqual(find(store, '_', ['r1', 'r2']), [])
})

test('search of more rooms than a query can name finds what one of few finds', (context) => {
  const many = Array.from({ length: searchLimits.roomsNamedMax + 1 }, (_, n) => `r${n}`)
  const store = storeOf(context, { r3: ['hello there'], other: ['hello elsewhere'] })
  assert.deepEqual(find(store, 'hel', many), ['r3 1'])
  assert.deepEqual(find(store, 'hel', ['r3']), ['r3 1'])
})

test('[P8] any text may be searched for', (context) => {
  const store = storeOf(context, { r1: ['naïve café 日本語 \u0001 ٣ 𝒳'] })
  const strange = [
    ...['\u0301', '"\u0301"', '\0', 'a\0b', '\ud800', '日本', '𝒳', 'NEAR(a b)', 'words:hello'],
    ...[
      'a'.repeat(400),
      'ab '.repeat(130),
      '^hello',
      '{words} : x',
      '- "',
      "'; DROP TABLE entries;--",
    ],
  ]
  for (const text of strange) find(store, text, ['r1', '"', "'"])
  assert.deepEqual(find(store, '日本', ['r1']), ['r1 1'])
  assert.deepEqual(find(store, 'naive CAFÉ', ['r1']), ['r1 1'])
})

test('[P10] a deleted text is found no more', (context) => {
  const store = storeOf(context, { r1: ['a secret word'] })
  store.transact(2, () => store.putEntry('r1', { ...post(1, ''), deletedBy: 'u-ann' } as Entry))
  assert.deepEqual(find(store, 'secret', ['r1']), [])
  store.transact(3, () => store.putEntry('r1', post(1, 'a secret word')))
  assert.deepEqual(find(store, 'secret', ['r1']), ['r1 1'])
})
