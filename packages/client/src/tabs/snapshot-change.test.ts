import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientSnapshot, RoomSnapshot, TimelineLine } from '@starling/core/client/snapshot'
import { limits } from '@starling/protocol/limits'
import fc from 'fast-check'
import { applyChange, changeOf } from './snapshot-change.ts'

const nothing: ClientSnapshot = {
  connection: { kind: 'idle' },
  me: undefined,
  rooms: [],
  invitations: [],
  waiting: 0,
  limits,
}

function line(index: number): TimelineLine {
  return { kind: 'message', key: `${index}`, index, at: index, text: `${index}` } as TimelineLine
}

function room(id: string, lines: readonly TimelineLine[], change = {}): RoomSnapshot {
  const timeline = { lines, sends: [], hasOlder: false, isLoadingOlder: false }
  const about = { room: id, title: id, unread: 0, online: ['a'], timeline }
  return { ...about, ...change } as unknown as RoomSnapshot
}

/** As it is after it was copied to another thread. */
function copied<T>(value: T): T {
  return structuredClone(value)
}

/** Lines that are shared by all snapshots, as the client shares what did not change. */
const pool = Array.from({ length: 40 }, (_, at) => line(at))
const anyRoom = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  lines: fc.array(fc.constantFrom(...pool), { maxLength: 12 }),
  unread: fc.nat(3),
  hasPeer: fc.boolean(),
  hasOlder: fc.boolean(),
})
const anySnapshot = fc
  .record({
    rooms: fc.uniqueArray(anyRoom, { selector: ({ id }) => id }),
    waiting: fc.nat(2),
    isIn: fc.boolean(),
  })
  .map(({ rooms, waiting, isIn }): ClientSnapshot => {
    const me = { user: 'u', name: 'u', isGuest: true, device: 'd' }
    return {
      ...nothing,
      waiting,
      me: isIn ? me : undefined,
      rooms: rooms.map(({ id, lines, unread, hasPeer, hasOlder }) => {
        const made = room(id, lines, { unread, ...(hasPeer ? { peer: { user: 'p' } } : {}) })
        return { ...made, timeline: { ...made.timeline, hasOlder } }
      }),
    }
  })

test('what is copied from snapshot to snapshot says the same as the snapshots', () => {
  fc.assert(
    fc.property(fc.array(anySnapshot, { maxLength: 6 }), (snapshots) => {
      let [there, here] = [nothing, nothing]
      for (const snapshot of snapshots) {
        const change = changeOf(there, snapshot)
        if (change !== undefined) here = applyChange(here, copied(change))
        there = snapshot
        assert.deepEqual(here, snapshot)
      }
    }),
    { numRuns: 300 },
  )
})

test('of a new message in 100,000 only the message is copied', () => {
  const lines = Array.from({ length: 100_000 }, (_, at) => line(at))
  const quiet = room('quiet', [line(1)])
  const before = { ...nothing, rooms: [room('busy', lines), quiet] }
  const after = { ...nothing, rooms: [room('busy', [...lines, line(100_000)]), quiet] }
  const change = changeOf(before, after)
  assert.ok(JSON.stringify(change).length < 400, JSON.stringify(change))
  const applied = applyChange(before, copied(change!))
  assert.equal(applied.rooms[0]!.timeline.lines.length, 100_001)
  assert.equal(applied.rooms[0]!.timeline.lines[99_999], lines[99_999])
  assert.equal(applied.rooms[1], quiet)
})

test('all 100,000 of them are copied once, to a tab that is new', () => {
  const lines = Array.from({ length: 100_000 }, (_, at) => line(at))
  const after = { ...nothing, rooms: [room('busy', lines)] }
  const change = changeOf(nothing, after)
  assert.equal(applyChange(nothing, change!).rooms[0]!.timeline.lines.length, 100_000)
})

test('nothing is told when nothing changed', () => {
  const snapshot = { ...nothing, rooms: [room('a', pool)] }
  assert.equal(changeOf(snapshot, snapshot), undefined)
  assert.equal(changeOf(snapshot, { ...snapshot }), undefined)
})
