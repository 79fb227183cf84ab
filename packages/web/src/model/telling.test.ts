/** What is told, and when: the connection, notifications, events, what is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { readWritten } from './commands.ts'
import { troubleShown } from './connection-bar.ts'
import { excerptParts } from './excerpt.ts'
import { newBelow } from './new-below.ts'
import { notificationFor } from './notifications.ts'
import { mayDelete, measuresAgainst, rolesFor } from './permissions.ts'
import { readRoute, writeRoute } from './route.ts'
import { message, room, system, timeline } from './snapshot-parts.test-fixture.ts'
import { systemSentence } from './system-sentence.ts'

const waitingState = {
  kind: 'waiting',
  untilMs: 0,
  untilWallMs: 16_000,
  attempt: 3,
  why: '',
} as const
const facts = {
  connection: waitingState,
  waiting: 0,
  sinceMs: 8_000,
  nowMs: 10_000,
  hasNetwork: true,
} as const

test('trouble with the connection is told after 1.5 s, with when it will be tried again', () => {
  assert.equal(troubleShown({ ...facts, sinceMs: 8_501 }), undefined)
  assert.deepEqual(troubleShown(facts), { text: 'Reconnecting in 6 s', canTryNow: true })
  assert.equal(troubleShown({ ...facts, waiting: 3 })?.text, 'Reconnecting in 6 s · 3 waiting')
  const offline = troubleShown({ ...facts, hasNetwork: false, waiting: 3 })
  assert.deepEqual(offline, { text: 'Offline · 3 waiting', canTryNow: false })
  const online = { kind: 'online', address: '', user: '', name: '' } as const
  assert.equal(troubleShown({ ...facts, connection: online }), undefined)
})

const post: Entry = {
  index: 7,
  at: 1_000,
  by: 'u-bob',
  name: 'bob',
  kind: 'post',
  text: 'hi  @Me\n',
}
const called = {
  entry: post,
  room: room('general', { readUpTo: 6 }),
  me: { user: 'u-me', name: 'me' },
  level: 'mentions',
  isLookedAt: false,
  nowMs: 2_000,
} as const

test('a notification is for what its room may call for, and for nobody who looks', () => {
  assert.deepEqual(notificationFor(called), {
    title: 'bob · #general',
    body: 'hi @Me',
    tag: 'starling:r-general',
  })
  const plain = { ...called, entry: { ...post, text: 'hi home@me.example' } }
  assert.equal(notificationFor(plain), undefined)
  assert.ok(notificationFor({ ...plain, level: 'all' }))
  assert.ok(notificationFor({ ...plain, room: room('bob', { kind: 'direct' }) }))
  const quiet = [
    { level: 'none' },
    { isLookedAt: true },
    { room: room('general', { readUpTo: 7 }) },
    { nowMs: 200_000 },
    { me: { user: 'u-bob', name: 'me' } },
  ] as const
  for (const change of quiet) assert.equal(notificationFor({ ...called, ...change }), undefined)
})

test('what happened is one sentence; who came and went again counts for nothing', () => {
  assert.equal(systemSentence([system(1, { kind: 'join' }, 'ada')]), 'ada joined')
  const crowd = ['ada', 'bob', 'cyd', 'dan', 'eve'].map((name, at) =>
    system(at, { kind: 'join' }, name),
  )
  assert.equal(systemSentence(crowd), 'ada, bob, cyd and 2 others joined')
  const moved = [
    system(1, { kind: 'leave' }, 'ada'),
    system(2, { kind: 'join' }, 'bob'),
    system(3, { kind: 'join' }, 'ada'),
    system(4, { kind: 'leave' }, 'cyd'),
  ]
  assert.equal(systemSentence(moved), 'bob joined · cyd left · ada came and went')
  const kick = { kind: 'kick', user: 'u', userName: 'bob', reason: 'spam' } as const
  assert.equal(systemSentence([system(1, kick, 'ada')]), 'ada removed bob: spam')
})

test('nothing is offered that would be refused', () => {
  const owner = room('r', { role: 'owner' })
  const moderator = room('r', { role: 'moderator' })
  const bob = { user: 'u-bob', role: 'member', isMuted: false } as const
  assert.deepEqual(measuresAgainst(room('r'), bob, 'u-me'), [])
  assert.deepEqual(measuresAgainst(moderator, bob, 'u-me'), ['mute', 'kick', 'ban'])
  assert.deepEqual(measuresAgainst(moderator, { ...bob, role: 'moderator' }, 'u-me'), [])
  assert.deepEqual(measuresAgainst(owner, { ...bob, isMuted: true }, 'u-me')[0], 'unmute')
  assert.deepEqual(measuresAgainst(owner, bob, 'u-bob'), [])
  assert.deepEqual(rolesFor(owner, bob, 'u-me'), ['owner', 'moderator'])
  assert.deepEqual(rolesFor(moderator, bob, 'u-me'), [])
  assert.equal(mayDelete(room('r', { kind: 'direct', role: 'owner' }), { isOwn: false }), false)
})

test('a command is done, a mistyped one is not sent, two strokes write one', () => {
  assert.deepEqual(readWritten('//topic'), { kind: 'message', text: '/topic' })
  assert.deepEqual(readWritten('/ and more'), { kind: 'message', text: '/ and more' })
  assert.deepEqual(readWritten('/topic a b '), {
    kind: 'command',
    command: { kind: 'topic', topic: 'a b' },
  })
  assert.deepEqual(readWritten('/direct @bob hi there'), {
    kind: 'command',
    command: { kind: 'direct', name: 'bob', text: 'hi there' },
  })
  assert.equal(readWritten('/kcik bob').kind, 'wrong')
  assert.equal(readWritten('/kick').kind, 'wrong')
})

test('what matched in an excerpt is marked, whatever the marks are like', () => {
  assert.deepEqual(excerptParts('a \u0002b\u0003 c'), [
    { from: 0, text: 'a ', isMatch: false },
    { from: 2, text: 'b', isMatch: true },
    { from: 3, text: ' c', isMatch: false },
  ])
  const shown = (text: string) =>
    excerptParts(text)
      .map((part) => part.text)
      .join('')
  assert.equal(shown('\u0003a\u0002b\u0002c'), 'abc')
})

test('an address leads to a room or a message in it, or nowhere', () => {
  assert.deepEqual(readRoute('#/d:a:b/12'), { room: 'd:a:b', index: 12 })
  assert.deepEqual(readRoute(writeRoute({ room: 'r' })), { room: 'r' })
  for (const hash of ['', '#', '#/', '#/a b', '#/<script>', '#/r/x']) {
    assert.equal(readRoute(hash), undefined, hash)
  }
})

test('the pill counts messages of others below what was seen', () => {
  const lines = [message(1), message(2), message(3, { isOwn: true }), message(4)]
  assert.equal(newBelow(room('r', { timeline: timeline({ lines }) }), 1), 2)
  assert.equal(
    newBelow(room('r', { timeline: timeline({ lines, hasNewer: true }), unread: 9 }), 1),
    9,
  )
})
