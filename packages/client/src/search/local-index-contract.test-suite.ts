/** What every index of encrypted rooms must do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import type { LocalHit, LocalIndex } from './local-index.ts'

const head = (index: number, by = 'ann') => ({ index, at: index, by, name: by })

export function post(index: number, text: string, by = 'ann'): Entry {
  return { ...head(index, by), kind: 'post', text }
}

function edit(index: number, target: number, text: string, by = 'ann'): Entry {
  return { ...head(index, by), kind: 'edit', target, text }
}

function deletion(index: number, target: number): Entry {
  return { ...head(index), kind: 'delete', target }
}

async function find(index: LocalIndex, text: string, rooms = ['r', 's']) {
  return shown(await index.search({ text, rooms, limit: 10 }))
}

function shown(hits: readonly LocalHit[]): readonly string[] {
  return hits.map(({ room, entry }) => `${room} ${entry.index}`)
}

const cases: Readonly<Record<string, (index: LocalIndex) => Promise<void>>> = {
  'each word begins a word of the message, without regard to case or accents': async (index) => {
    await index.put('r', [post(1, 'The quick brown fox'), post(2, 'A quick answer in the CAFÉ')])
    assert.deepEqual(await find(index, 'quick'), ['r 2', 'r 1'])
    assert.deepEqual(await find(index, 'cafe ans'), ['r 2'])
    assert.deepEqual(await find(index, 'wer'), [])
    for (const nothing of ['', '"', '*', '()']) assert.deepEqual(await find(index, nothing), [])
    const [hit] = await index.search({ text: 'fox', rooms: ['r'], limit: 1 })
    assert.equal(hit?.excerpt, 'The quick brown \u0002fox\u0003')
  },

  'it finds the present text, in whatever order it came': async (index) => {
    await index.put('r', [edit(3, 1, 'second text'), post(1, 'first text')])
    await index.put('r', [post(1, 'first text'), edit(4, 1, 'by another', 'bob')])
    assert.deepEqual(await find(index, 'first'), [])
    assert.deepEqual(await find(index, 'another'), [])
    assert.deepEqual(await find(index, 'second'), ['r 1'])
    await index.put('s', [deletion(9, 8)])
    await index.put('s', [post(8, 'gone text')])
    await index.put('r', [deletion(5, 1)])
    await index.put('r', [edit(3, 1, 'second text')])
    assert.deepEqual(await find(index, 'text'), [])
  },

  'an edit of what another wrote is none, also when it came first': async (index) => {
    await index.put('r', [edit(2, 1, 'forged', 'bob')])
    assert.deepEqual(await find(index, 'forged'), [])
    await index.put('r', [post(1, 'true')])
    assert.deepEqual(await find(index, 'forged'), [])
    assert.deepEqual(await find(index, 'true'), ['r 1'])
  },

  'the newest come first, and it goes on before the last': async (index) => {
    await index.put('r', [post(1, 'hello'), post(4, 'hello')])
    await index.put('s', [post(2, 'hello'), post(4, 'hello')])
    const query = { text: 'hello', rooms: ['r', 's'], limit: 2 }
    const first = await index.search(query)
    assert.deepEqual(shown(first), ['s 4', 'r 4'])
    const { entry, room } = first.at(-1)!
    const before = { at: entry.at, room, index: entry.index }
    assert.deepEqual(shown(await index.search({ ...query, before })), ['s 2', 'r 1'])
  },

  'it stays in the rooms that are asked for, and forgets those that one left': async (index) => {
    await index.put('r', [post(1, 'hello')])
    await index.put('s', [post(1, 'hello')])
    assert.deepEqual(await find(index, 'hello', ['s']), ['s 1'])
    await index.keepOnly(['r'])
    assert.deepEqual(await find(index, 'hello'), ['r 1'])
  },
}

export function localIndexContract(name: string, open: () => LocalIndex): void {
  for (const [title, act] of Object.entries(cases)) {
    test(`${name}: ${title}`, async () => {
      const index = open()
      try {
        await act(index)
      } finally {
        await index.close()
      }
    })
  }
}
