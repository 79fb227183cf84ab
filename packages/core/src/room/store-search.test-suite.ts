/**
 * The part of the store's contract that is about search: each word of the query begins a word of
 * the text, without regard to case or accents; the newest come first; `before` continues.
 */
import assert from 'node:assert/strict'
import type { Entry } from '@starling/protocol/entry'
import type { Store } from './store.ts'
import type { Rule } from './store-contract.test-suite.ts'

function put(store: Store, room: string, ...entries: readonly Entry[]): void {
  store.transact(store.position + 1, () => {
    for (const entry of entries) store.putEntry(room, entry)
  })
}

function post(index: number, text: string): Entry {
  return { index, at: 1, by: 'u-ann', name: 'Ann', kind: 'post', text }
}

function find(store: Store, text: string, rooms: readonly string[] = ['r1']): readonly string[] {
  const hits = store.search({ text, rooms, limit: 100 })
  return hits.map((hit) => `${hit.room} ${hit.entry.index}`)
}

export function searchContract(rule: Rule): void {
  rule('[L8] search wants every word, at the beginning of a word', (store) => {
    put(store, 'r1', post(1, 'The quick brown fox'), post(2, 'A quick answer'))
    assert.deepEqual(find(store, 'quick'), ['r1 2', 'r1 1'])
    assert.deepEqual(find(store, 'fox quick'), ['r1 1'])
    assert.deepEqual(find(store, 'ans'), ['r1 2'])
    assert.deepEqual(find(store, 'wer'), [])
    assert.deepEqual(find(store, 'quick zebra'), [])
  })
  rule('[L8] search regards neither case nor accents', (store) => {
    put(store, 'r1', post(1, 'Größe im CAFÉ'), post(2, 'Привет'))
    assert.deepEqual(find(store, 'cafe'), ['r1 1'])
    assert.deepEqual(find(store, 'GRÖSSE'), [])
    assert.deepEqual(find(store, 'GRÖ'), ['r1 1'])
    assert.deepEqual(find(store, 'привет'), ['r1 2'])
  })
  rule('[L8] search takes any text for words, never for its own signs', (store) => {
    put(store, 'r1', post(1, 'say "hello" AND (goodbye)'))
    for (const query of ['"hello', 'hello*', 'hello)', '(goodbye', 'hello AND goodbye', '-hello']) {
      assert.deepEqual(find(store, query), ['r1 1'], query)
    }
    for (const query of ['', ' ', '"', '*', '()', "'"])
      assert.deepEqual(find(store, query), [], query)
    assert.deepEqual(find(store, 'NOT hello'), [])
    assert.deepEqual(find(store, 'text:hello'), [])
  })
  rule('[L8] search stays in the rooms it was given', (store) => {
    put(store, 'r1', post(1, 'hello'))
    put(store, 'r2', post(1, 'hello'))
    put(store, 'r3', post(1, 'hello'))
    assert.deepEqual(find(store, 'hello', ['r3', 'r1']), ['r3 1', 'r1 1'])
    assert.deepEqual(find(store, 'hello', []), [])
  })
  rule('[L8] search finds the present text of a message, not its edits', (store) => {
    const edit = { at: 2, by: 'u-ann', name: 'Ann', kind: 'edit', target: 1 } as const
    put(store, 'r1', post(1, 'first text'))
    put(store, 'r1', { ...edit, index: 2, text: 'second text' }, post(1, 'second text'))
    assert.deepEqual(find(store, 'first'), [])
    assert.deepEqual(find(store, 'second'), ['r1 1'])
    put(store, 'r1', post(1, ''))
    assert.deepEqual(find(store, 'text'), [])
  })
  rule('[L8] search answers the newest first and goes on before a cursor', (store) => {
    put(store, 'r1', post(1, 'hello 1'))
    put(store, 'r2', post(1, 'hello 2'))
    put(store, 'r1', post(2, 'hello 3'), post(3, 'hello 4'))
    put(store, 'r1', post(1, 'hello 1, edited'))
    const query = { text: 'hello', rooms: ['r1', 'r2'] }
    const first = store.search({ ...query, limit: 3 })
    const texts = (hits: typeof first) =>
      hits.map((hit) => (hit.entry.kind === 'post' ? hit.entry.text : ''))
    assert.deepEqual(texts(first), ['hello 4', 'hello 3', 'hello 2'])
    const rest = store.search({ ...query, limit: 3, before: first.at(-1)!.cursor })
    assert.deepEqual(texts(rest), ['hello 1, edited'])
  })
  rule('[L8] the excerpt marks the words that match', (store) => {
    const long = `${'before '.repeat(100)}needle${' after'.repeat(100)}`
    put(store, 'r1', post(1, 'a needle, found'), post(2, long))
    const [second, first] = store.search({ text: 'need', rooms: ['r1'], limit: 9 })
    assert.equal(first!.excerpt, 'a \u0002needle\u0003, found')
    assert.ok(second!.excerpt.includes('before \u0002needle\u0003 after'))
    assert.ok(second!.excerpt.length < 400)
  })
}
