/**
 * The store in memory is the specification: whatever is logged, the same records have the same
 * outcomes, and leave the same to be read, in SQLite.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord, Position } from '@starling/core/log/record'
import { Replica } from '@starling/core/room/apply'
import { MemoryStore } from '@starling/core/room/memory-store'
import type { Store } from '@starling/core/room/store'
import { directRoomId } from '@starling/protocol/operation'
import fc from 'fast-check'
import { openSqliteStore } from '../store/sqlite-store.ts'

const users = ['ann', 'bob', 'cy']
const rooms = ['r1', 'r2', directRoomId('ann', 'bob'), ...users]
const outboxes = ['o1', 'o2']

const user = fc.constantFrom(...users)
const room = fc.constantFrom(...rooms)
const index = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, 1.5, 1e300, -1, 2 ** 53))
const text = fc.oneof(
  fc.constantFrom('hello there', 'Hallo Größe', 'hello again, friend', '', ' ', 'a\0b', '\ud800'),
  fc.string({ unit: 'binary', maxLength: 30 }),
)

const operation = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('post'), text }) },
  fc.record({ kind: fc.constant('post'), text, replyTo: index }),
  fc.record({
    kind: fc.constant('create'),
    room: fc.constantFrom('public', 'private'),
    name: text,
  }),
  fc.record({ kind: fc.constantFrom('join', 'leave') }),
  fc.record({ kind: fc.constantFrom('direct', 'invite', 'kick'), user }),
  fc.record({ kind: fc.constant('edit'), target: index, text }),
  fc.record({ kind: fc.constant('delete'), target: index }),
  fc.record({ kind: fc.constant('react'), target: index, emoji: text, on: fc.boolean() }),
  fc.record({ kind: fc.constant('topic'), topic: text }),
  fc.record({ kind: fc.constantFrom('ban', 'mute'), user, on: fc.boolean() }),
  fc.record({ kind: fc.constant('role'), user, role: fc.constantFrom('owner', 'moderator') }),
  fc.record({ kind: fc.constant('void'), code: fc.constantFrom('muted', 'nonsense') }),
)

const settings = fc.record(
  {
    limits: fc.record(
      { messageBytesMax: fc.constantFrom(5, 100, 0), userRoomsMax: fc.constantFrom(1, 2, 'many') },
      { requiredKeys: [] },
    ),
    areGuestsAllowed: fc.boolean(),
  },
  { requiredKeys: [] },
)

/** `ahead`: by how much the number differs from the one whose turn it is. */
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('room'),
      room,
      by: user,
      ahead: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1, 0.5)),
      outbox: fc.constantFrom(...outboxes),
      op: fc.oneof({ weight: 12, arbitrary: operation }, fc.anything()),
    }),
  },
  fc.record({ kind: fc.constant('read'), user, room, upTo: index }),
  fc.record({
    kind: fc.constantFrom('login', 'register'),
    user,
    name: user,
    device: fc.string({ minLength: 1, maxLength: 3 }),
    label: text,
    passwordHash: text,
  }),
  fc.record({ kind: fc.constant('password'), user, passwordHash: text }),
  fc.record({ kind: fc.constant('settings'), settings }),
  fc.record({ kind: fc.constant('revoke'), user, devices: fc.array(fc.string({ maxLength: 3 })) }),
  fc.anything(),
)

function arrivals(): LogRecord {
  const ops = users.map(
    (one) => ({ kind: 'guest', user: one, name: one, device: `d-${one}` }) as const,
  )
  return { id: 'arrivals', at: 1, ops }
}

function creations(): LogRecord {
  const create = { kind: 'create', room: 'public', name: 'Lobby' } as const
  const by = { kind: 'room', by: 'ann', outbox: 'o0', number: 1 } as const
  const direct = { kind: 'direct', user: 'bob' } as const
  return {
    id: 'creations',
    at: 2,
    ops: [
      { ...by, room: 'r1', op: create },
      { ...by, room: directRoomId('ann', 'bob'), op: direct },
      { ...by, by: 'bob', outbox: 'o9', room: 'r1', op: { kind: 'join' } },
    ],
  }
}

/** What is generated is not of the shape that the types promise; that is its purpose. */
function recordOf(position: Position, steps: readonly unknown[], store: Store): LogRecord {
  const ops = steps.map((one) => {
    if (typeof one !== 'object' || one === null || !('ahead' in one)) return one
    const send = one as { room: string; outbox: string; by: string; ahead: number }
    const outbox = `${send.outbox}-${send.by}`
    const number = (store.outbox(send.room, outbox)?.last ?? 0) + 1 + send.ahead
    return { ...send, outbox, number }
  })
  // As the log would hand it over: whatever JSON makes of it.
  return JSON.parse(
    JSON.stringify({ id: `record-${position}`, at: position * 7, ops }),
  ) as LogRecord
}

function everythingIn(store: Store) {
  return {
    position: store.position,
    trail: store.trail,
    settings: store.settings(),
    people: users.map((one) => [
      store.account(one),
      store.accountByName(one),
      store.devicesOf(one),
      store.roomsOf(one),
    ]),
    rooms: rooms.map((one) => [
      store.room(one),
      store.members(one, { after: '', limit: 9 }),
      store.entries(one, 1, 1_000),
      Array.from({ length: 12 }, (_, target) => store.edits(one, target)),
      users.map((who) => [
        store.isBanned(one, who),
        store.isInvited(one, who),
        store.isMutedAway(one, who),
        outboxes.map((outbox) => store.outbox(one, `${outbox}-${who}`)),
        outboxes.map((outbox) => [1, 2, 3].map((n) => store.sent(one, `${outbox}-${who}`, n))),
      ]),
    ]),
    directory: store.publicRooms({ find: 'l', after: '', limit: 9 }),
    found: ['hel', 'hello there', 'GROSSE', 'größe', '"'].map((words) =>
      store
        .search({ text: words, rooms, limit: 9 })
        .map((hit) => [hit.room, hit.entry, hit.excerpt]),
    ),
  }
}

test('[L6] whatever is logged, both stores agree on what it did', () => {
  const property = fc.property(
    fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 30 }),
    fc.integer({ min: 1, max: 5 }),
    (records, recordsPerBatch) => {
      const memory = new MemoryStore()
      const { store: sqlite, close } = openSqliteStore(':memory:')
      const replicas = [memory, sqlite].map((store) => new Replica({ store }))
      const applyBoth = (position: Position, record: LogRecord) => {
        const [expected, found] = replicas.map((replica) => replica.apply(position, record))
        assert.deepEqual(found, expected)
        for (const op of record.ops) {
          const [known, knownToo] = replicas.map((replica) => replica.known(op))
          assert.deepEqual(knownToo, known)
        }
      }
      try {
        applyBoth(1, arrivals())
        applyBoth(2, creations())
        for (let from = 0; from < records.length; from += recordsPerBatch) {
          const applySome = () => {
            records.slice(from, from + recordsPerBatch).forEach((steps, at) => {
              const position = from + at + 3
              applyBoth(position, recordOf(position, steps, memory))
            })
          }
          memory.batch(() => sqlite.batch(applySome))
        }
        assert.deepEqual(everythingIn(sqlite), everythingIn(memory))
      } finally {
        close()
      }
    },
  )
  fc.assert(property, { numRuns: 150 })
})
