import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientInfo } from '../link/up.ts'
import { ClientLists } from './client-lists.ts'
import { Presence } from './presence.ts'

const now = (ms: number) => ({ ms, wallMs: ms })
const all = () => true

function client(session: string, user: string, rooms: readonly string[] = ['r1']): ClientInfo {
  return { session, user, name: user, rooms }
}

function listsOf() {
  const presence = new Presence(5_000)
  const lists = new ClientLists(presence)
  const tell = (link: string, ms: number, change: Partial<Parameters<typeof lists.change>[2]>) =>
    lists.change(now(ms), link, { all: false, added: [], removed: [], ...change })
  return { presence, lists, tell }
}

test('a person with two sessions is online until the last one went and the grace is over', () => {
  const { presence, lists, tell } = listsOf()
  tell('f1', 0, { added: [client('s1', 'ada')] })
  tell('f2', 0, { added: [client('s2', 'ada')] })
  assert.deepEqual(
    presence.flush(now(1), (room) => room === 'r1'),
    [{ room: 'r1', online: ['ada'], offline: [], count: 1 }],
  )
  tell('f1', 10, { removed: ['s1'] })
  lists.closeLink(now(20), 'f2')
  assert.equal(lists.size, 0)
  assert.deepEqual(presence.flush(now(5_019), all), [])
  assert.equal(presence.isOnline('r1', 'ada'), true)
  const gone = presence.flush(now(5_020), (room) => room === 'r1')
  assert.deepEqual(gone, [{ room: 'r1', online: [], offline: ['ada'], count: 0 }])
})

test('who comes back within the grace was never away', () => {
  const { presence, lists, tell } = listsOf()
  tell('f1', 0, { added: [client('s1', 'ada')] })
  presence.flush(now(0), all)
  lists.closeLink(now(100), 'f1')
  tell('f2', 900, { added: [client('s9', 'ada')] })
  assert.deepEqual(presence.flush(now(20_000), all), [])
  assert.equal(presence.isOnline('r1', 'ada'), true)
})

test('a whole list replaces what the front-end told before', () => {
  const { presence, lists, tell } = listsOf()
  tell('f1', 0, { added: [client('s1', 'ada'), client('s2', 'bob')] })
  tell('f1', 1, { all: true, added: [client('s2', 'bob', ['r2']), client('s3', 'eve')] })
  assert.equal(lists.size, 2)
  presence.flush(now(10_000), all)
  assert.deepEqual([...presence.online('r1')], ['eve'])
  assert.deepEqual([...presence.online('r2')], ['bob'])
})
