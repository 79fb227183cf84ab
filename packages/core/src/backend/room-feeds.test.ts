import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import type { LinkDown } from '../link/down.ts'
import { MemoryStore } from '../room/memory-store.ts'
import { RoomFeeds } from './room-feeds.ts'

function entry(index: number): Entry {
  return { index, at: index, by: 'u1', name: 'ada', kind: 'post', text: `message ${index}` }
}

function storeWith(head: number): MemoryStore {
  const store = new MemoryStore()
  grow(store, 1, head)
  return store
}

function grow(store: MemoryStore, from: number, to: number): readonly Entry[] {
  const entries: Entry[] = []
  store.transact(store.position + 1, () => {
    for (let index = from; index <= to; index += 1) {
      entries.push(entry(index))
      store.putEntry('r1', entry(index))
    }
    store.putRoom({
      room: 'r1',
      kind: 'public',
      title: 'r1',
      foldedTitle: 'r1',
      topic: '',
      head: to,
      lastAt: to,
      members: 1,
      owners: 1,
    })
  })
  return entries
}

function feedsOf(store: MemoryStore) {
  const sent: [string, number, number][] = []
  const feeds = new RoomFeeds(store, (link: string, frame: LinkDown) => {
    assert.equal(frame.t, 'entries')
    if (frame.t !== 'entries') return
    frame.entries.forEach((fed, at) => {
      assert.equal((JSON.parse(fed.json) as Entry).index, frame.from + at)
    })
    sent.push([link, frame.from, frame.entries.length])
  })
  return { feeds, sent }
}

test('[P3] a feed starts where it was asked to and goes on without hole or repeat', () => {
  const store = storeWith(5)
  const { feeds, sent } = feedsOf(store)
  assert.equal(feeds.open('f1', 'r1', 3), true)
  feeds.pump()
  feeds.touch('r1', grow(store, 6, 7))
  feeds.touch('r1', grow(store, 8, 8))
  feeds.pump()
  feeds.pump()
  assert.deepEqual(sent, [
    ['f1', 3, 3],
    ['f1', 6, 3],
  ])
})

test('[P3] entries of others, of which only the room is known, are read from the store', () => {
  const store = storeWith(2)
  const { feeds, sent } = feedsOf(store)
  feeds.open('f1', 'r1', 3)
  grow(store, 3, 4)
  feeds.touch('r1', [])
  feeds.touch('r1', grow(store, 5, 5))
  feeds.pump()
  assert.deepEqual(sent, [['f1', 3, 3]])
})

test('[P3] an entry of others behind an own one of the same turn is sent too', () => {
  const store = storeWith(1)
  const { feeds, sent } = feedsOf(store)
  feeds.open('f1', 'r1', 2)
  feeds.touch('r1', grow(store, 2, 2))
  grow(store, 3, 3)
  feeds.touch('r1', [])
  feeds.pump()
  assert.deepEqual(sent, [['f1', 2, 2]])
})

test('a feed that is ahead of this replica waits until it has caught up', () => {
  const store = storeWith(2)
  const { feeds, sent } = feedsOf(store)
  feeds.open('f1', 'r1', 5)
  feeds.touch('r1', grow(store, 3, 4))
  feeds.pump()
  assert.deepEqual(sent, [])
  feeds.touch('r1', grow(store, 5, 6))
  feeds.pump()
  assert.deepEqual(sent, [['f1', 5, 2]])
})

test('[P7] a feed that starts far back is served in bounded pieces', () => {
  const { feeds, sent } = feedsOf(storeWith(1_200))
  feeds.open('f1', 'r1', 1)
  for (let turn = 0; turn < 5; turn += 1) feeds.pump()
  assert.deepEqual(sent, [
    ['f1', 1, 500],
    ['f1', 501, 500],
    ['f1', 1_001, 200],
  ])
})

test('[P7] large entries go in pieces of bounded size, one alone however large it is', () => {
  const store = storeWith(0)
  store.transact(store.position + 1, () => {
    for (const [at, size] of [900_000, 900_000, 900_000, 3_000_000, 10].entries()) {
      store.putEntry('r1', { ...entry(at + 1), kind: 'post', text: 'x'.repeat(size) })
    }
  })
  const { feeds, sent } = feedsOf(store)
  feeds.open('f1', 'r1', 1)
  for (let turn = 0; turn < 6; turn += 1) feeds.pump()
  assert.deepEqual(sent, [
    ['f1', 1, 2],
    ['f1', 3, 1],
    ['f1', 4, 1],
    ['f1', 5, 1],
  ])
})

test('a closed feed is silent, an unknown room has none', () => {
  const store = storeWith(1)
  const { feeds, sent } = feedsOf(store)
  assert.equal(feeds.open('f1', 'nowhere', 1), false)
  feeds.open('f1', 'r1', 2)
  feeds.open('f2', 'r1', 2)
  feeds.closeAll('f1')
  feeds.touch('r1', grow(store, 2, 2))
  feeds.pump()
  assert.deepEqual(sent, [['f2', 2, 1]])
  assert.equal(feeds.size, 1)
})
