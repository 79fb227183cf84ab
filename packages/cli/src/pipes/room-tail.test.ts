import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ClientEventMap, ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import type { Entry } from '@starling/protocol/entry'
import { RoomTail, TailEnded, type TailedClient } from './room-tail.ts'

function post(index: number): Entry {
  return { index, at: index, by: 'u1', name: 'ada', kind: 'post', text: `message ${index}` }
}

/** A room of posts 1, 2, 3 … of which the test decides what is told live. */
class FakeClient implements TailedClient {
  readonly reads: number[] = []
  head: number
  first = 1
  isMember = true
  refuseNext = false
  readonly #listeners = new Map<string, ((event: never) => void)[]>()
  readonly #subscribers = new Set<() => void>()

  constructor(head: number) {
    this.head = head
  }

  snapshot(): ClientSnapshot {
    const room = { room: 'r1', head: this.head } as Partial<RoomSnapshot> as RoomSnapshot
    const rooms = this.isMember ? [room] : []
    return { rooms } as Partial<ClientSnapshot> as ClientSnapshot
  }

  subscribe(listener: () => void): () => void {
    this.#subscribers.add(listener)
    return () => void this.#subscribers.delete(listener)
  }

  on<K extends keyof ClientEventMap>(
    kind: K,
    listener: (event: ClientEventMap[K]) => void,
  ): () => void {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener])
    return () => void this.#listeners.delete(kind)
  }

  async history(_: string, query: { after?: number; limit?: number } = {}) {
    const from = Math.max(this.first, (query.after ?? 0) + 1)
    this.reads.push(from)
    if (this.refuseNext) {
      this.refuseNext = false
      return { ok: false, code: 'unavailable', say: 'later' } as const
    }
    const count = Math.max(0, Math.min(query.limit ?? 50, this.head - from + 1))
    return { ok: true, value: Array.from({ length: count }, (_, at) => post(from + at)) } as const
  }

  live(index: number): void {
    this.head = Math.max(this.head, index)
    this.tell('entry', { room: 'r1', entry: post(index) })
  }

  tell<K extends keyof ClientEventMap>(kind: K, event: ClientEventMap[K]): void {
    for (const listener of this.#listeners.get(kind) ?? []) listener(event as never)
  }

  changed(): void {
    for (const listener of this.#subscribers) listener()
  }
}

async function take(tail: RoomTail, count: number): Promise<readonly number[]> {
  const indexes: number[] = []
  while (indexes.length < count) indexes.push((await tail.next()).index)
  return indexes
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

describe('tail', () => {
  it('begins with what comes from now on', async () => {
    const client = new FakeClient(10)
    const tail = await RoomTail.open(client, { room: 'r1' })
    const next = tail.next()
    client.live(11)
    assert.equal((await next).index, 11)
    assert.deepEqual(client.reads, [])
  })

  it('begins with the newest, or from an index', async () => {
    const client = new FakeClient(500)
    const newest = await RoomTail.open(client, { room: 'r1', last: 3 })
    assert.deepEqual(await take(newest, 3), [498, 499, 500])
    const all = await RoomTail.open(client, { room: 'r1', from: 1 })
    assert.deepEqual(await take(all, 500), range(1, 500))
    assert.deepEqual(client.reads, [498, 1, 201, 401])
  })

  it('[P3] gives every entry once and in order, whatever is missed or repeated', async () => {
    const client = new FakeClient(0)
    const tail = await RoomTail.open(client, { room: 'r1' })
    client.live(1)
    client.live(1)
    client.live(4)
    client.head = 3_000
    client.tell('gap', { kind: 'gap', room: 'r1', from: 5, to: 2_990 })
    client.live(2_991)
    client.changed()
    assert.deepEqual(await take(tail, 3_000), range(1, 3_000))
  })

  it('tries again when history is refused for the moment', async () => {
    const client = new FakeClient(2)
    client.refuseNext = true
    const tail = await RoomTail.open(client, { room: 'r1', from: 1 })
    assert.deepEqual(await take(tail, 2), [1, 2])
  })

  it('waits for the key of what cannot be read yet, and tells it once', async () => {
    const client = new FakeClient(0)
    const tail = await RoomTail.open(client, { room: 'r1' })
    const { kind: _, text: __, ...head } = post(1) as Extract<Entry, { kind: 'post' }>
    const sealed = { gen: 1, epoch: 1, box: 'AA' }
    client.head = 1
    const entry: Entry = { ...head, kind: 'unreadable', why: 'no-key', sealed }
    client.tell('entry', { room: 'r1', entry })
    assert.deepEqual(await tail.next(), post(1))
    assert.deepEqual(client.reads, [1])
  })

  it('begins where one came into the room', async () => {
    const client = new FakeClient(9)
    client.first = 7
    const tail = await RoomTail.open(client, { room: 'r1', from: 1 })
    assert.deepEqual(await take(tail, 3), [7, 8, 9])
  })

  it('ends when one is out of the room, after what was there', async () => {
    const client = new FakeClient(0)
    const tail = await RoomTail.open(client, { room: 'r1' })
    client.live(1)
    client.isMember = false
    client.changed()
    assert.deepEqual(await take(tail, 1), [1])
    await assert.rejects(tail.next(), TailEnded)
  })

  it('waits until a room that was just joined is seen', async () => {
    const client = new FakeClient(5)
    client.isMember = false
    const opening = RoomTail.open(client, { room: 'r1', last: 1 })
    client.isMember = true
    client.changed()
    assert.deepEqual(await take(await opening, 1), [5])
  })

  it('can be stopped while it waits', async () => {
    const tail = await RoomTail.open(new FakeClient(0), { room: 'r1' })
    const next = tail.next()
    tail.close()
    await assert.rejects(next, /closed/)
  })
})
