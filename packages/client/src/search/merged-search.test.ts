import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { openMemoryIndex } from './memory-index.ts'
import { MergedSearch } from './merged-search.ts'

const post = (index: number, at: number): Entry => {
  return { index, at, by: 'ann', name: 'ann', kind: 'post', text: `word ${at}` }
}

/** Odd times are in the encrypted room, even ones at the servers, which give so many at once. */
async function sides(count: number, pageMax: number) {
  const index = openMemoryIndex()
  const times = Array.from({ length: count }, (_, at) => at + 1)
  const odd = times.filter((at) => at % 2 === 1)
  const even = times.filter((at) => at % 2 === 0)
  await index.put(
    'r',
    odd.map((at) => post(at, at)),
  )
  const asked: unknown[] = []
  const search = new MergedSearch({
    encryptedRooms: () => ['r'],
    local: (query) => index.search(query),
    servers: async (query) => {
      asked.push(query)
      const { before = Number.MAX_SAFE_INTEGER } = query
      const found = even.filter((at) => at < before).reverse()
      const hits = found.slice(0, pageMax).map((at) => {
        return { room: 's', entry: post(at, at), excerpt: '', cursor: at }
      })
      return { ok: true, value: { kind: 'search', hits, more: found.length > pageMax } }
    },
  })
  return { search, asked }
}

async function pagesOf(search: MergedSearch): Promise<readonly number[][]> {
  const pages: number[][] = []
  let before: number | undefined
  for (;;) {
    const page = await search.search({ text: 'word', room: undefined, before })
    assert.ok(page.ok)
    pages.push(page.value.items.map(({ entry }) => entry.at))
    before = page.value.items.at(-1)?.cursor
    if (!page.value.more || before === undefined) return pages
  }
}

test('hits of encrypted and plain rooms are one list, newest first, page after page', async () => {
  const { search } = await sides(130, 50)
  const pages = await pagesOf(search)
  assert.deepEqual(
    pages.flat(),
    Array.from({ length: 130 }, (_, at) => 130 - at),
  )
  assert.deepEqual(
    pages.map(({ length }) => length),
    [50, 50, 30],
  )
})

test('[P10] what is searched for in an encrypted room is asked of no server', async () => {
  const { search, asked } = await sides(4, 50)
  const page = await search.search({ text: 'word', room: 'r', before: undefined })
  assert.deepEqual(page.ok && page.value.items.map(({ entry }) => entry.at), [3, 1])
  assert.deepEqual(asked, [])
})

test('who has no encrypted room asks the servers alone', async () => {
  const { search, asked } = await sides(4, 50)
  const page = await search.search({ text: 'word', room: 's', before: undefined })
  assert.deepEqual(page.ok && page.value.items.map(({ entry }) => entry.at), [4, 2])
  assert.deepEqual(asked, [{ text: 'word', room: 's' }])
})
