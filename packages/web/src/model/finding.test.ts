/** Completion, the switcher and the order of rooms: what is offered, and what first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activityCounts, neighbour } from '@starling/client/navigation/room-order'
import { completed, completionOf, wantsEmoji } from './completion.ts'
import { message, room, timeline } from './snapshot-parts.test-fixture.ts'
import { switcherItems } from './switcher.ts'

const me = { user: 'u-me', name: 'me', isGuest: true, device: 'd' }
const emojis = [
  { emoji: '🎉', name: 'tada' },
  { emoji: '🌮', name: 'taco' },
]
const member = (name: string, isOnline = false) =>
  ({ user: `u-${name}`, name, role: 'member', isMuted: false, isOnline }) as const

function offered(text: string, cursor = text.length): readonly string[] {
  const here = room('general', {
    timeline: timeline({
      lines: [
        message(1, { name: 'anna' }),
        message(2, { name: 'adam' }),
        message(3, { name: 'me' }),
      ],
    }),
  })
  const rooms = [here, room('games', { lastAt: 5 }), room('gardening', { mentions: 1, unread: 1 })]
  const members = [member('alex'), member('agnes', true), member('me', true)]
  const place = { world: { rooms, invitations: [], me }, room: here, members, emojis }
  return completionOf(text, cursor, place)?.candidates.map(({ label }) => label) ?? []
}

test('people are offered by how lately they spoke, then who is here, then the others', () => {
  assert.deepEqual(offered('hey @a'), ['@adam', '@anna', '@agnes', '@alex'])
  assert.deepEqual(offered('hey @ag'), ['@agnes'])
  assert.deepEqual(offered('mail@a'), [])
})

test('rooms are offered by activity, emoji by name, commands at the beginning only', () => {
  assert.deepEqual(offered('#ga'), ['#gardening', '#games', '#general'])
  assert.deepEqual(offered(':ta'), ['🎉', '🌮'])
  assert.deepEqual(offered(':t'), [])
  assert.deepEqual(offered('/to'), ['/topic'])
  assert.deepEqual(offered('see /to'), [])
  assert.equal(wantsEmoji('so :t', 5), true)
  assert.equal(wantsEmoji('10:30', 5), false)
})

test('a candidate takes the place of the word, with one space after it', () => {
  const found = { start: 4, end: 6, candidates: [] }
  const candidate = { key: 'adam', text: '@adam ', label: '', detail: '' }
  assert.deepEqual(completed('hey @a', found, candidate), { text: 'hey @adam ', cursor: 10 })
  assert.deepEqual(completed('hey @a there', found, candidate), {
    text: 'hey @adam there',
    cursor: 10,
  })
})

test('the switcher offers mentions, then unread, then the newest, and here last', () => {
  const rooms = [
    room('here', { lastAt: 9 }),
    room('old', { lastAt: 1 }),
    room('new', { lastAt: 2 }),
    room('unread', { unread: 3 }),
    room('wanted', { unread: 1, mentions: 1 }),
  ]
  const labels = (query: string) =>
    switcherItems({ rooms, invitations: [] }, query, 'r-here').map(({ label }) => label)
  assert.deepEqual(labels(''), ['wanted', 'unread', 'new', 'old', 'here'])
  assert.deepEqual(labels('ne')[0], 'new')
})

test('the switcher offers what the words could mean besides', () => {
  const invitation = { room: 'r-x', title: 'secret', by: 'u', byName: 'bob', at: 1 }
  const world = { rooms: [room('general')], invitations: [invitation] }
  const kinds = (query: string) =>
    switcherItems(world, query, undefined).map(({ choice }) => choice.kind)
  assert.deepEqual(kinds('secret'), ['accept', 'direct'])
  assert.deepEqual(kinds('#new'), ['join', 'create'])
  assert.deepEqual(kinds('@bob'), ['direct'])
  assert.deepEqual(kinds('general'), ['room', 'direct'])
})

test('the next room goes round the end; the next unread one may be none', () => {
  const rooms = [room('a'), room('b', { unread: 1 }), room('c', { kind: 'direct' })]
  const next = (from: string | undefined, step: 1 | -1, isUnread = false) =>
    neighbour(rooms, from && `r-${from}`, { step, isUnread })?.title
  assert.deepEqual([next('a', 1), next('c', 1), next('a', -1)], ['b', 'a', 'c'])
  assert.deepEqual([next('a', -1, true), next('b', 1, true)], ['b', undefined])
  assert.deepEqual([next(undefined, 1), next(undefined, -1)], ['a', 'c'])
  const counted = [room('x', { unread: 3, mentions: 2 }), room('y', { unread: 1 })]
  assert.deepEqual(activityCounts(counted), { mentions: 2, unread: 2 })
  assert.deepEqual(activityCounts(counted, 'r-x'), { mentions: 0, unread: 1 })
})
