import assert from 'node:assert/strict'
import { test } from 'node:test'
import { natsView, replica } from './engine-view.test-fixture.ts'
import { freshest, hasLeader, leaderOf, serversOf } from './engine-view.ts'

test('an engine server is what the leader last said of it', () => {
  const view = natsView({
    replicas: [
      replica('n1', { isLeader: true }),
      replica('n2'),
      replica('n3', { isCurrent: false, lag: 40 }),
      replica('n4', { silentMs: 2_600 }),
      replica('n6', { isCurrent: false, lag: 8, silentMs: undefined }),
      replica('n5', { isOffline: true, isCurrent: false, silentMs: 60_000 }),
    ],
  })
  assert.deepEqual(
    serversOf(view).map(({ server, state }) => [server, state]),
    [
      ['n1', 'leader'],
      ['n2', 'current'],
      ['n3', 'behind'],
      ['n4', 'silent'],
      ['n6', 'silent'],
      ['n5', 'offline'],
    ],
  )
})

test('a server that is alone leads itself', () => {
  const view = natsView({ leader: undefined, replicas: [], connectedTo: 'only' })
  assert.equal(leaderOf(view), 'only')
  assert.deepEqual(serversOf(view), [{ server: 'only', state: 'leader', lag: 0, silentMs: 0 }])
  assert.deepEqual(serversOf(natsView({ ...view, connectedTo: undefined })), [])
})

test('nothing is known of the servers while one of them answers that nobody leads', () => {
  const replicas = ['n1', 'n2', 'n3'].map((server) => replica(server, { silentMs: 20_000 }))
  const view = natsView({ leader: undefined, replicas })
  assert.equal(hasLeader(view), false)
  assert.deepEqual([...new Set(serversOf(view).map(({ state }) => state))], ['unknown'])
})

test('the freshest view counts, but not that of a leader which has no majority', () => {
  const one = { name: 'one', view: natsView({ ageMs: 900 }) }
  const two = { name: 'two', view: natsView({ ageMs: 100 }) }
  const cutOff = { name: 'cut off', view: natsView({ ageMs: 5, canAppend: false }) }
  assert.equal(freshest([one, cutOff, two])?.name, 'two')
  assert.equal(freshest([cutOff])?.name, 'cut off')
  assert.equal(freshest([]), undefined)
})
