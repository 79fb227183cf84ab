import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from '@starling/protocol/operation'
import { type BenchOptions, ReplicaBench } from './replica-bench.test-suite.ts'

/** Olga and Oz own the room, Mia and Max moderate it, Ann and Bob are members, Eve is not. */
function chat(options: BenchOptions = {}) {
  const bench = new ReplicaBench(options)
  const ids = Object.fromEntries(
    ['Olga', 'Oz', 'Mia', 'Max', 'Ann', 'Bob', 'Eve'].map((name) => [name, bench.guest(name)]),
  ) as Record<'Olga' | 'Oz' | 'Mia' | 'Max' | 'Ann' | 'Bob' | 'Eve', string>
  bench.room(ids.Olga, 'r1')
  bench.joins('r1', ids.Oz, ids.Mia, ids.Max, ids.Ann, ids.Bob)
  const give = (user: string, role: Role) =>
    bench.does(ids.Olga, 'r1', { kind: 'role', user, role })
  give(ids.Oz, 'owner')
  give(ids.Mia, 'moderator')
  give(ids.Max, 'moderator')
  return { bench, ...ids }
}

test('[R34] moderators and owners set the topic', () => {
  const { bench, Olga, Mia, Ann } = chat({ limits: { topicCharactersMax: 5 } })
  bench.does(Mia, 'r1', { kind: 'topic', topic: ' 🙂🙂🙂🙂🙂 ' })
  assert.equal(bench.store.room('r1')?.topic, '🙂🙂🙂🙂🙂')
  assert.deepEqual(bench.lastBody('r1'), { kind: 'topic', topic: '🙂🙂🙂🙂🙂' })
  bench.does(Olga, 'r1', { kind: 'topic', topic: '' })
  assert.equal(bench.store.room('r1')?.topic, '')
  bench.refuses(Ann, 'r1', { kind: 'topic', topic: 'mine' }, 'not-allowed')
  bench.refuses(Olga, 'r1', { kind: 'topic', topic: '123456' }, 'invalid')
  bench.refuses(Olga, 'r1', { kind: 'topic', topic: 'a\nb' }, 'invalid')
})

test('[R35] owners alone give and take roles', () => {
  const { bench, Olga, Oz, Mia, Ann, Eve } = chat()
  bench.does(Oz, 'r1', { kind: 'role', user: Ann, role: 'moderator' })
  const given = { kind: 'role', user: Ann, userName: 'Ann', role: 'moderator' }
  assert.deepEqual(bench.lastBody('r1'), given)
  assert.equal(bench.store.member('r1', Ann)?.role, 'moderator')
  bench.does(Oz, 'r1', { kind: 'role', user: Olga, role: 'member' })
  assert.equal(bench.store.room('r1')?.owners, 1)
  bench.refuses(Mia, 'r1', { kind: 'role', user: Ann, role: 'member' }, 'not-allowed')
  bench.refuses(Olga, 'r1', { kind: 'role', user: Olga, role: 'owner' }, 'not-allowed')
  bench.refuses(Oz, 'r1', { kind: 'role', user: Eve, role: 'member' }, 'unknown-user')
  bench.refuses(Oz, 'r1', { kind: 'role', user: 'u-nobody', role: 'member' }, 'unknown-user')
})

test('[R19] the last owner does not give the role away', () => {
  const { bench, Olga, Oz } = chat()
  bench.does(Olga, 'r1', { kind: 'role', user: Oz, role: 'member' })
  bench.refuses(Olga, 'r1', { kind: 'role', user: Olga, role: 'moderator' }, 'last-owner')
  bench.does(Olga, 'r1', { kind: 'role', user: Olga, role: 'owner' })
  assert.equal(bench.store.room('r1')?.owners, 1)
})

test('[R36] moderators rule over members, owners over moderators, nobody over owners', () => {
  const { bench, ...ids } = chat()
  const rulesOver = (by: string, user: string) => {
    const outcome = bench.send(by, 'r1', { kind: 'mute', user, on: false })
    if (!outcome.ok) assert.equal(outcome.code, 'not-allowed')
    return outcome.ok
  }
  const { Olga, Oz, Mia, Max, Ann, Bob } = ids
  const rule = [Olga, Mia, Ann].map((by) => [Oz, Max, Bob].map((user) => rulesOver(by, user)))
  assert.deepEqual(rule, [
    [false, true, true],
    [false, false, true],
    [false, false, false],
  ])
  for (const self of [Olga, Mia, Ann]) assert.equal(rulesOver(self, self), false)
})

test('[R37] the kicked are out, are told, and may come back', () => {
  const { bench, Mia, Ann, Bob, Eve } = chat()
  bench.does(Mia, 'r1', { kind: 'kick', user: Ann, reason: ' spam ' })
  const kicked = { kind: 'kick', user: Ann, userName: 'Ann', reason: 'spam' }
  assert.deepEqual(bench.lastBody('r1'), kicked)
  assert.deepEqual(bench.lastBody(Ann), { kind: 'room-removed', room: 'r1', why: 'kicked' })
  assert.equal(bench.entries(Ann).at(-1)?.by, Mia)
  assert.equal(bench.store.room('r1')?.members, 5)
  bench.refuses(Ann, 'r1', { kind: 'post', text: 'hey' }, 'not-member')
  bench.joins('r1', Ann)
  bench.does(Mia, 'r1', { kind: 'kick', user: Bob })
  assert.deepEqual(bench.lastBody('r1'), { kind: 'kick', user: Bob, userName: 'Bob' })
  bench.refuses(Mia, 'r1', { kind: 'kick', user: Eve }, 'unknown-user')
  bench.refuses(Mia, 'r1', { kind: 'kick', user: 'u-nobody' }, 'unknown-user')
  bench.refuses(Mia, 'r1', { kind: 'kick', user: Ann, reason: 'a\nb' }, 'invalid')
})

test('[R38] the banned are out and stay out until the ban is lifted', () => {
  const { bench, Mia, Ann } = chat()
  bench.does(Mia, 'r1', { kind: 'ban', user: Ann, on: true })
  assert.deepEqual(bench.lastBody('r1'), { kind: 'ban', user: Ann, userName: 'Ann', on: true })
  assert.deepEqual(bench.lastBody(Ann), { kind: 'room-removed', room: 'r1', why: 'banned' })
  bench.refuses(Ann, 'r1', { kind: 'join' }, 'banned')
  bench.does(Mia, 'r1', { kind: 'ban', user: Ann, on: false })
  bench.joins('r1', Ann)
})

test('[R38] who is not in the room can be banned, and no invitation outlasts it', () => {
  const { bench, Mia, Ann, Eve } = chat()
  bench.does(Ann, 'r1', { kind: 'invite', user: Eve })
  const told = bench.entries(Eve).length
  bench.does(Mia, 'r1', { kind: 'ban', user: Eve, on: true })
  assert.equal(bench.entries(Eve).length, told)
  assert.equal(bench.store.isInvited('r1', Eve), false)
  bench.refuses(Eve, 'r1', { kind: 'join' }, 'banned')
  bench.refuses(Mia, 'r1', { kind: 'ban', user: 'u-nobody', on: true }, 'unknown-user')
  bench.refuses(Ann, 'r1', { kind: 'ban', user: Eve, on: false }, 'not-allowed')
})

test('[R39] the muted neither post, edit, react nor invite, but may delete, leave and read', () => {
  const { bench, Mia, Ann, Eve } = chat()
  const said = bench.says(Ann, 'r1')
  bench.does(Mia, 'r1', { kind: 'mute', user: Ann, on: true })
  assert.deepEqual(bench.lastBody('r1'), { kind: 'mute', user: Ann, userName: 'Ann', on: true })
  bench.refuses(Ann, 'r1', { kind: 'post', text: 'hey' }, 'muted')
  bench.refuses(Ann, 'r1', { kind: 'edit', target: said, text: 'hey' }, 'muted')
  bench.refuses(Ann, 'r1', { kind: 'react', target: said, emoji: '👍', on: true }, 'muted')
  bench.refuses(Ann, 'r1', { kind: 'invite', user: Eve }, 'muted')
  bench.does(Ann, 'r1', { kind: 'delete', target: said })
  bench.accepts({ kind: 'read', user: Ann, room: 'r1', upTo: said + 1 })
  bench.does(Mia, 'r1', { kind: 'mute', user: Ann, on: false })
  bench.says(Ann, 'r1')
  bench.refuses(Mia, 'r1', { kind: 'mute', user: Eve, on: true }, 'unknown-user')
})

test('[R39] who is given a rank is not muted any more', () => {
  const { bench, Olga, Ann } = chat()
  bench.does(Olga, 'r1', { kind: 'mute', user: Ann, on: true })
  bench.does(Olga, 'r1', { kind: 'role', user: Ann, role: 'member' })
  bench.refuses(Ann, 'r1', { kind: 'post', text: 'hey' }, 'muted')
  bench.does(Olga, 'r1', { kind: 'role', user: Ann, role: 'owner' })
  bench.says(Ann, 'r1')
})

test('[R21] who was kicked muted is muted when they come back', () => {
  const { bench, Mia, Ann } = chat()
  bench.does(Mia, 'r1', { kind: 'mute', user: Ann, on: true })
  bench.does(Mia, 'r1', { kind: 'kick', user: Ann })
  bench.joins('r1', Ann)
  bench.refuses(Ann, 'r1', { kind: 'post', text: 'hey' }, 'muted')
})
