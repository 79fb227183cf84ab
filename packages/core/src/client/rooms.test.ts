import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomSummary } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import { nothingRestored, type StoredRoom } from './client-io.ts'
import { Rooms } from './rooms.ts'

const bounds = { entriesMax: 100 }
const counts = { title: 't', topic: '', role: 'member', members: 2, readUpTo: 0 } as const

function listed(room: string, head: number, isEncrypted = false): RoomSummary {
  const summary = { ...counts, room, kind: 'private', head } as const
  return isEncrypted ? { ...summary, isEncrypted } : summary
}

function self(head: number): RoomSummary {
  return { ...counts, room: 'ada', kind: 'self', head }
}

function added(room: string, index: number, isEncrypted = false) {
  const head = { index, at: 1, by: 'bob', name: 'bob' }
  const body = { kind: 'room-added', room, from: 1, roomKind: 'private', title: 't' } as const
  return isEncrypted ? { ...head, ...body, isEncrypted: true as const } : { ...head, ...body }
}

function post(index: number): Entry {
  return { index, at: 1, by: 'bob', name: 'bob', kind: 'post', text: `${index}` }
}

function after(rooms: readonly StoredRoom[], entries: readonly Entry[]): Rooms {
  return new Rooms(bounds, { ...nothingRestored, rooms, timelines: new Map([['r', entries]]) })
}

for (const isEncrypted of [false, true]) {
  const kind = isEncrypted ? 'encrypted' : 'open'

  test(`[P3] [P6] a backend that lags does not take one out of a room, ${kind}`, () => {
    const rooms = new Rooms(bounds, nothingRestored)
    rooms.welcomed([self(4)], 'ada')
    rooms.add(added('r', 5, isEncrypted), 'ada')
    rooms.get('r')?.timeline.append([post(1), post(2), post(3)])
    assert.deepEqual(rooms.welcomed([self(4)], 'ada'), [])
    assert.equal(rooms.get('r')?.timeline.synced, 3)
    assert.equal(rooms.add(added('r', 5, isEncrypted), 'ada'), undefined)
    assert.deepEqual(rooms.welcomed([self(4)], 'ada'), [])
    assert.deepEqual(rooms.welcomed([self(5)], 'ada'), ['r'])
  })

  test(`[P3] [P5] nor after a new start, ${kind}`, () => {
    const before = new Rooms(bounds, nothingRestored)
    before.welcomed([self(5), listed('r', 3, isEncrypted)], 'ada')
    const rooms = after(before.summaries(), [post(2), post(3)])
    assert.deepEqual(rooms.welcomed([self(4)], 'ada'), [])
    assert.equal(rooms.get('r')?.timeline.synced, 3)
    assert.deepEqual(rooms.welcomed([self(5), listed('r', 4, isEncrypted)], 'ada'), [])
    assert.deepEqual(rooms.welcomed([self(6)], 'ada'), ['r'])
  })
}

test('[P6] servers that were set back to a former state take one out in the end', () => {
  const rooms = new Rooms(bounds, nothingRestored)
  rooms.welcomed([self(5), listed('r', 3)], 'ada')
  const gone = Array.from({ length: 6 }, () => rooms.welcomed([self(2)], 'ada'))
  assert.deepEqual(gone, [[], [], [], [], [], ['r']])
})
