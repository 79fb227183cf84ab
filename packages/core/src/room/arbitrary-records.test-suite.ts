/**
 * Records for tests that let chance choose: operations of a few people in a few rooms, so that they
 * meet, mixed with values that have no shape at all.
 */
import { limits } from '@starling/protocol/limits'
import { directRoomId, type Operation, roles } from '@starling/protocol/operation'
import fc from 'fast-check'
import type { LogRecord, RoomOperation } from '../log/record.ts'

/** Small, so that every limit is met. */
export const tightLimits = {
  ...limits,
  messageBytesMax: 40,
  roomMembersMax: 4,
  userRoomsMax: 3,
  reactionsPerMessageMax: 2,
  peoplePerReactionMax: 2,
  devicesPerAccountMax: 2,
  refusalsPerOutboxMax: 3,
}

const users = ['u-a', 'u-b', 'u-c', 'u-d', 'u-e']
const directRooms = [directRoomId('u-a', 'u-b'), directRoomId('u-c', 'u-b')]
const anyUser = fc.oneof(
  { weight: 19, arbitrary: fc.constantFrom(...users) },
  { weight: 1, arbitrary: fc.constant('u-nobody') },
)
const anyRoom = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('r1', 'r2') },
  { weight: 4, arbitrary: fc.constantFrom('r3', ...directRooms) },
  { weight: 1, arbitrary: fc.constant('u-a') },
)
const anyDevice = fc.constantFrom('d-a', 'd-b', 'd-c', 'd-d', 'd-e', 'd-f')
const anyIndex = fc.integer({ min: 4, max: 9 })
const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('hello', '🙂', 'ok') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '', 'a\0', '\uD800', 'long '.repeat(20)) },
)
const anyReason = fc.option(fc.constantFrom('spam', 'a\nb', ''), { nil: undefined })
const anyName = fc.constantFrom('Ann', 'ann', 'Bob', 'Cy', 'Dora', 'а', 'bad name', '')

const anyOperation = fc.oneof(
  fc.record({
    kind: fc.constant('create'),
    room: fc.constantFrom('public', 'private'),
    name: fc.constantFrom('Lobby', 'LOBBY', 'Games', '', 'a\nb'),
    topic: anyReason,
    encrypted: fc.constantFrom(undefined, undefined, true, 1),
    history: fc.constantFrom(undefined, undefined, 'all', 'some'),
  }),
  fc.record({ kind: fc.constant('direct'), user: anyUser }),
  fc.record({
    kind: fc.constant('sealed'),
    gen: fc.integer({ min: 0, max: 2 }),
    epoch: fc.integer({ min: -1, max: 2 }),
    box: fc.constantFrom('', 'AAAA', 'no base64'),
  }),
  { weight: 3, arbitrary: fc.constant({ kind: 'join' }) },
  fc.constant({ kind: 'leave' }),
  fc.record({ kind: fc.constant('invite'), user: anyUser }),
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('post'),
      text: anyText,
      replyTo: fc.option(anyIndex, { nil: undefined, freq: 2 }),
    }),
  },
  fc.record({ kind: fc.constant('edit'), target: anyIndex, text: anyText }),
  fc.record({ kind: fc.constant('delete'), target: anyIndex }),
  fc.record({
    kind: fc.constant('react'),
    target: anyIndex,
    emoji: fc.constantFrom('👍', '🎉', '🙂', '', 'a b'),
    on: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('topic'), topic: anyText }),
  fc.record({ kind: fc.constant('role'), user: anyUser, role: fc.constantFrom(...roles) }),
  fc.record({ kind: fc.constant('kick'), user: anyUser, reason: anyReason }),
  fc.record({ kind: fc.constant('ban'), user: anyUser, on: fc.boolean(), reason: anyReason }),
  fc.record({ kind: fc.constant('mute'), user: anyUser, on: fc.boolean() }),
  fc.record({ kind: fc.constant('void'), code: fc.constantFrom('message-too-large', 'x', 7) }),
)

/** Mostly each uses their own outbox, and the number that is next (0 stands for it here). */
const anySend = fc
  .record({
    kind: fc.constant('room'),
    room: anyRoom,
    by: anyUser,
    outbox: fc.oneof(
      { weight: 9, arbitrary: fc.constant('own') },
      { weight: 1, arbitrary: fc.constantFrom('o1', 'o2') },
    ),
    number: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) },
    ),
    op: anyOperation,
  })
  .map((send) => (send.outbox === 'own' ? { ...send, outbox: `o-${send.by}` } : send))

const anyAccountOperation = fc.oneof(
  fc.record({ kind: fc.constant('guest'), user: anyUser, name: anyName, device: anyDevice }),
  fc.record({
    kind: fc.constant('register'),
    user: anyUser,
    name: anyName,
    device: anyDevice,
    label: anyText,
    passwordHash: fc.constantFrom('hash', ''),
  }),
  fc.record({ kind: fc.constant('login'), user: anyUser, device: anyDevice, label: anyText }),
  fc.record({ kind: fc.constant('revoke'), user: anyUser, devices: fc.array(anyDevice) }),
  fc.record({ kind: fc.constant('password'), user: anyUser, passwordHash: anyText }),
  fc.record({
    kind: fc.constant('read'),
    user: anyUser,
    room: anyRoom,
    upTo: fc.integer({ min: -1, max: 20 }),
  }),
)

/** Mostly tighter still; what has no such value is refused. */
const anySettings = fc.record({
  kind: fc.constant('settings'),
  settings: fc.record({
    limits: fc
      .record(
        {
          messageBytesMax: fc.constantFrom(10, 40, 0),
          roomMembersMax: fc.constantFrom(2, 3, 4),
          userRoomsMax: fc.constantFrom(1, 3, '3'),
          refusalsPerOutboxMax: fc.constantFrom(1, 3),
          peoplePerReactionMax: fc.constantFrom(1, 2, 1.5),
          unheardOf: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((some) => ({ ...tightLimits, ...some })),
    areGuestsAllowed: fc.constantFrom(true, true, false, 0),
    isRegistrationOpen: fc.boolean(),
  }),
})

/** An operation of which one field was spoilt, or which never had a shape. */
const anyGarbage = fc.oneof(
  fc.anything(),
  fc
    .tuple(fc.oneof(anySend, anyAccountOperation), fc.nat(9), fc.anything())
    .map(([op, at, value]) => {
      const field = Object.keys(op)[at % Object.keys(op).length]!
      return { ...op, [field]: value }
    }),
  fc.tuple(anySend, anyOperation, fc.nat(9), fc.anything()).map(([send, op, at, value]) => {
    const field = Object.keys(op)[at % Object.keys(op).length]!
    return { ...send, op: { ...op, [field]: value } }
  }),
)

/** Values as a record can hold them: what JSON leaves of them. */
function overTheWire(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}` : one))
  return text === undefined ? null : JSON.parse(text)
}

export const anyOp: fc.Arbitrary<unknown> = fc
  .oneof(
    { weight: 12, arbitrary: anySend },
    { weight: 4, arbitrary: anyAccountOperation },
    { weight: 1, arbitrary: anySettings },
    { weight: 1, arbitrary: anyGarbage },
  )
  .map(overTheWire)

const anyRecord: fc.Arbitrary<LogRecord> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      id: fc.uuid(),
      at: fc.oneof(fc.nat(10_000), fc.constantFrom(-1, 1e300, Number.NaN)),
      ops: fc.array(anyOp, { maxLength: 6 }),
    }) as fc.Arbitrary<LogRecord>,
  },
  { weight: 1, arbitrary: fc.anything().map(overTheWire) as fc.Arbitrary<LogRecord> },
)

/** Beginning with `beginning`; sends that ask for it get the next number of their outbox. */
export const anyRecords: fc.Arbitrary<readonly LogRecord[]> = fc
  .array(anyRecord, { maxLength: 30, size: 'max' })
  .map((records) => {
    const numbers = new Map<string, number>()
    const numbered = (op: unknown) => {
      if (typeof op !== 'object' || op === null || !('number' in op)) return op
      if (op.number !== 0 || !('room' in op) || !('outbox' in op)) return op
      // of garbage, String() may throw
      const key = JSON.stringify([op.room, op.outbox])
      const number = (numbers.get(key) ?? 0) + 1
      numbers.set(key, number)
      return { ...op, number }
    }
    const ordered = records.map((record) =>
      Array.isArray(record?.ops)
        ? { ...record, ops: record.ops.map(numbered) as LogRecord['ops'] }
        : record,
    )
    return [beginning, ...ordered]
  })

/** Everybody is there, and in rooms, so that chance goes on from something. */
const beginning: LogRecord = {
  id: 'beginning',
  at: 1,
  ops: [
    {
      kind: 'settings',
      settings: { limits: tightLimits, areGuestsAllowed: true, isRegistrationOpen: true },
    },
    ...users.map((user, i) => ({
      kind: 'register' as const,
      user,
      name: ['Ann', 'Bob', 'Cyd', 'Dan', 'Eve'][i]!,
      device: `d-${user}`,
      label: '',
      passwordHash: 'hash',
    })),
    starting('u-a', 'r1', 1, { kind: 'create', room: 'public', name: 'Room' }),
    starting('u-b', 'r2', 1, { kind: 'create', room: 'private', name: 'Room' }),
    starting('u-b', 'r1', 1, { kind: 'join' }),
    starting('u-c', 'r1', 1, { kind: 'join' }),
    starting('u-b', 'r2', 2, { kind: 'invite', user: 'u-a' }),
    starting('u-a', 'r2', 1, { kind: 'join' }),
    starting('u-b', directRooms[0]!, 1, { kind: 'direct', user: 'u-a' }),
    ...['r1', 'r2'].flatMap((room) =>
      [2, 3, 4].map((number) =>
        starting('u-a', room, number, { kind: 'post', text: `message ${number}` }),
      ),
    ),
  ],
}

function starting(by: string, room: string, number: number, op: Operation): RoomOperation {
  return { kind: 'room', room, by, outbox: `start-${by}`, number, op }
}
