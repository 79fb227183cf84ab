import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LinkDown } from '../link/down.ts'
import { fourBackends, Scene, summary } from './frontend-scene.test-suite.ts'
import { byPreference } from './rendezvous.ts'

const names = fourBackends.map((backend) => backend.name)
const [first, second] = byPreference('r1', names) as [string, string]

function people(given: ConstructorParameters<typeof Scene>[0] = {}): Scene {
  const scene = new Scene(given)
  scene.backendsUp()
  scene.online('s1', { user: 'alice', rooms: [summary('r1', 2)] })
  scene.online('s2', { user: 'bob', rooms: [summary('r1', 2)] })
  scene.hears('s1')
  scene.hears('s2')
  return scene
}

function presence(
  all: boolean,
  online: readonly string[],
  offline: readonly string[] = [],
  count = online.length,
): LinkDown {
  return { t: 'presence', room: 'r1', all, online, offline, count }
}

function heard(scene: Scene, session: string) {
  return scene
    .hearsOnly(session, 'presence')
    .map(({ all, online, offline, count }) => ({ all, online, offline, count }))
}

test('followers hear the whole truth first, then what changes', () => {
  const scene = people()
  scene.backendSays(first, presence(true, ['alice']))
  scene.backendSays(first, presence(false, ['bob'], ['alice'], 1))
  assert.deepEqual(heard(scene, 's1'), [
    { all: true, online: ['alice'], offline: [], count: 1 },
    { all: false, online: ['bob'], offline: ['alice'], count: 1 },
  ])
})

test('[P7] changes that come quickly are told together after a second, as things are then', () => {
  const scene = people()
  scene.backendSays(first, presence(true, ['alice']))
  scene.backendSays(first, presence(false, ['bob'], [], 2))
  scene.backendSays(first, presence(false, ['carol'], [], 3))
  scene.backendSays(first, presence(false, ['dave'], ['bob'], 3))
  scene.backendSays(first, presence(false, [], ['carol'], 2))
  scene.hears('s2')
  scene.wait(1_250)
  assert.deepEqual(heard(scene, 's2'), [
    { all: false, online: ['dave'], offline: ['carol', 'bob'], count: 2 },
  ])
  scene.backendSays(first, presence(false, ['bob'], [], 3))
  assert.deepEqual(heard(scene, 's2'), [], 'the second has begun anew')
})

test('who begins to follow hears the whole truth', () => {
  const scene = people()
  scene.backendSays(first, presence(true, ['alice']))
  scene.backendSays(first, presence(false, ['bob', 'carol'], ['alice'], 2))
  scene.online('s3', { user: 'carol', rooms: [summary('r1', 2)] })
  assert.deepEqual(heard(scene, 's3'), [
    { all: true, online: ['bob', 'carol'], offline: [], count: 2 },
  ])
})

test('[P9] when a feed moves, followers hear nothing but a difference', () => {
  const scene = people()
  scene.backendSays(first, presence(true, ['alice', 'bob']))
  scene.hears('s1')
  scene.crash(first)
  scene.backendSays(second, presence(true, ['bob', 'alice']))
  assert.deepEqual(heard(scene, 's1'), [])
  scene.crash(second)
  const [third] = byPreference('r1', names).slice(2)
  scene.backendSays(third!, presence(true, ['alice', 'carol']))
  assert.deepEqual(heard(scene, 's1'), [
    { all: false, online: ['carol'], offline: ['bob'], count: 2 },
  ])
})

test('presence from a backend that does not feed the room is ignored', () => {
  const scene = people()
  scene.backendSays(second, presence(true, ['mallory']))
  assert.deepEqual(heard(scene, 's1'), [])
})

test('[P7] of a large room only the count is told; names come back when it shrinks', () => {
  const scene = people({ limits: { presencePeopleMax: 2 } })
  scene.backendSays(first, presence(true, ['a', 'b']))
  scene.backendSays(first, presence(false, [], [], 3))
  scene.online('s3', { user: 'carol', rooms: [summary('r1', 2)] })
  assert.deepEqual(heard(scene, 's3'), [{ all: true, online: [], offline: [], count: 3 }])
  scene.hears('s1')
  scene.forgetAll()
  scene.backendSays(first, presence(false, [], ['b'], 2))
  assert.equal(scene.feedOf('r1'), first, 'a feed asked anew begins with the whole truth')
  scene.backendSays(first, presence(true, ['a', 'c']))
  assert.deepEqual(heard(scene, 's1'), [{ all: true, online: ['a', 'c'], offline: [], count: 2 }])
})

test('[P7] a client whose socket was full hears the whole truth when it drains', () => {
  const scene = people()
  scene.backendSays(first, presence(true, ['alice']))
  scene.turn(() => scene.node.clientBlocked(scene.now, 's1'))
  scene.hears('s1')
  scene.backendSays(first, presence(false, ['bob'], [], 2))
  assert.deepEqual(heard(scene, 's1'), [])
  scene.turn(() => scene.node.clientDrained(scene.now, 's1'))
  assert.deepEqual(heard(scene, 's1'), [
    { all: true, online: ['alice', 'bob'], offline: [], count: 2 },
  ])
})

test('typing goes to one backend, which tells all; its own person does not hear it', () => {
  const scene = people()
  scene.forgetAll()
  scene.says('s1', { t: 'typing', room: 'r1', on: true })
  const told = names.flatMap((name) => scene.got(name).filter((frame) => frame.t === 'typing'))
  assert.deepEqual(told, [{ t: 'typing', room: 'r1', user: 'alice', name: 'ALICE', on: true }])
  scene.backendSays(second, { t: 'typing', room: 'r1', user: 'alice', name: 'ALICE', on: true })
  assert.deepEqual(scene.hears('s1'), [])
  assert.deepEqual(scene.hears('s2'), told)
})

test('[P8] typing in a room that one is not in is refused', () => {
  const scene = people()
  scene.says('s1', { t: 'typing', room: 'r9', on: true })
  assert.equal(scene.hearsOnly('s1', 'error')[0]?.code, 'not-member')
})
