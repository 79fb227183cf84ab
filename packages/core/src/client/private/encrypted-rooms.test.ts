import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directRoomId } from '@starling/protocol/operation'
import {
  assertUnseen,
  encryptedRoom,
  invite,
  messages,
  PrivateScene,
  says,
} from './private-scene.test-suite.ts'

test('[P10] a room is begun, joined and written in, and the servers see nothing of it', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'attack at dawn')
  says(scene, bob, 'bring biscuits')
  for (const one of [ada, bob]) {
    assert.deepEqual(one.texts('r'), ['attack at dawn', 'bring biscuits'])
    assert.equal(one.room('r').title, 'The cabal')
    assert.equal(one.room('r').privacy?.state, 'ready')
    assert.equal(one.room('r').isEncrypted, true)
  }
  assert.deepEqual(
    messages(ada).map(({ isSealed, name }) => [isSealed, name]),
    [
      [true, 'ada'],
      [true, 'bob'],
    ],
  )
  assertUnseen(scene, ['attack', 'biscuits', 'cabal'])
})

test('[E6] [E8] who begins a room adds whom they invite, and tells them its title', () => {
  const { scene, ada, bob } = encryptedRoom()
  const kinds = scene.server.entries('r').map(({ kind }) => kind)
  assert.deepEqual(kinds.slice(0, 6), ['create', 'group', 'sealed', 'invite', 'join', 'commit'])
  const works = bob.outputs.flatMap((output) =>
    output.kind === 'cipher' ? [output.work.kind] : [],
  )
  assert.equal(works.includes('welcome') && !works.includes('join'), true)
  assert.equal(bob.room('r').title, 'The cabal')
  assert.equal(ada.room('r').timeline.sends.length, 0)
})

test('[E10] who is added by nobody joins by themselves after the time for a welcome', () => {
  const { scene, ada } = encryptedRoom()
  const carol = scene.device('carol')
  ada.node.compose(ada.now, 'r', { kind: 'invite', user: carol.node.me!.user })
  scene.settle()
  ada.cut()
  carol.node.compose(carol.now, 'r', { kind: 'join' })
  scene.settle()
  carol.node.compose(carol.now, 'r', { kind: 'post', text: 'anybody here?' })
  scene.settle()
  assert.equal(carol.room('r').privacy?.state, 'preparing')
  assert.equal(carol.room('r').timeline.sends[0]?.state, 'pending')
  scene.wait(2_500)
  assert.equal(carol.room('r').privacy?.state, 'ready')
  assert.deepEqual(carol.texts('r'), ['anybody here?'])
  scene.wait(3_000)
  assert.deepEqual(ada.texts('r'), ['anybody here?'])
  assertUnseen(scene, ['anybody'])
})

test('[P10] what came before one joined is one divider, and nothing more', () => {
  const { scene, ada, bob } = encryptedRoom()
  for (let at = 1; at <= 5; at += 1) says(scene, ada, `before ${at}`)
  const carol = scene.device('carol')
  invite(scene, bob, carol)
  says(scene, ada, 'after')
  carol.node.openRoom(carol.now, 'r')
  scene.settle()
  const { timeline } = carol.room('r')
  assert.equal(timeline.divider?.code, 'before-join')
  assert.equal(timeline.hasOlder, false)
  assert.deepEqual(carol.texts('r'), ['after'])
  assert.deepEqual(ada.texts('r').length, 6)
})

test('[E12] a room that shares its history shows newcomers what was said before', () => {
  const { scene, ada, bob } = encryptedRoom({ history: 'all' })
  for (let at = 1; at <= 3; at += 1) says(scene, ada, `before ${at}`)
  const carol = scene.device('carol')
  invite(scene, bob, carol)
  carol.node.openRoom(carol.now, 'r')
  scene.settle().wait(5_000)
  assert.deepEqual(carol.texts('r'), ['before 1', 'before 2', 'before 3'])
  assert.equal(carol.room('r').timeline.divider, undefined)
})

test('[E11] [E13] who writes after somebody left removes them first; it stands once', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'both read this')
  const carol = scene.device('carol')
  invite(scene, ada, carol)
  carol.node.compose(carol.now, 'r', { kind: 'leave' })
  scene.settle()
  says(scene, bob, 'carol does not')
  scene.wait(5_000)
  assert.deepEqual(bob.texts('r'), ['both read this', 'carol does not'])
  assert.deepEqual(ada.texts('r'), ['both read this', 'carol does not'])
  const group = scene.server.entries('r').filter(({ kind }) => kind === 'commit')
  assert.equal(group.length >= 2, true)
  assert.equal(bob.node.snapshot().waiting, 0)
})

test('[R27] [R29] an edit by another, or a deletion without the rank, counts for nobody', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'mine')
  const target = messages(ada)[0]!.index
  bob.node.compose(bob.now, 'r', { kind: 'edit', target, text: 'forged' })
  bob.node.compose(bob.now, 'r', { kind: 'delete', target })
  bob.node.compose(bob.now, 'r', { kind: 'react', target, emoji: '👍', on: true })
  scene.settle()
  for (const one of [ada, bob]) {
    const [line] = messages(one)
    assert.deepEqual([line?.text, line?.deletedBy, line?.reactions.length], ['mine', undefined, 1])
  }
  ada.node.compose(ada.now, 'r', { kind: 'edit', target, text: 'mine, better' })
  says(scene, bob, 'to be deleted')
  const second = messages(bob)[1]!.index
  ada.node.compose(ada.now, 'r', { kind: 'delete', target: second })
  scene.settle()
  for (const one of [ada, bob]) {
    assert.deepEqual(one.texts('r'), ['mine, better', ''])
    assert.equal(messages(one)[1]?.deletedBy, ada.node.me?.user)
  }
})

test('[P5] [P3] what was missed is opened in its order, commits among it', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'one')
  bob.cut()
  says(scene, ada, 'two')
  const carol = scene.device('carol')
  invite(scene, ada, carol)
  says(scene, carol, 'three')
  scene.wait(2_000)
  assert.deepEqual(bob.texts('r'), ['one', 'two', 'three'])
  const seen = bob.entriesSeen('r')
  assert.deepEqual(
    seen,
    seen.map((_, at) => seen[0]! + at),
  )
})

test('[P5] after a gap the commits that were passed over are fetched', () => {
  const { scene, ada, bob } = encryptedRoom()
  bob.cut()
  const carol = scene.device('carol')
  invite(scene, ada, carol)
  for (let at = 1; at <= 1_001; at += 1) {
    ada.node.compose(ada.now, 'r', { kind: 'post', text: `${at}` })
    if (at % 50 === 0) scene.settle()
  }
  scene.wait(3_000)
  assert.equal(
    bob.events.some(({ kind }) => kind === 'gap'),
    true,
  )
  assert.deepEqual(bob.texts('r').slice(-3), ['999', '1000', '1001'])
  assert.equal(bob.room('r').privacy?.state, 'ready')
})

test('[P8] a client without a cipher does not write where everything is sealed', () => {
  const { scene, ada } = encryptedRoom()
  const carol = scene.device('carol', { hasCipher: false })
  invite(scene, ada, carol)
  says(scene, ada, 'secret')
  const item = carol.node.compose(carol.now, 'r', { kind: 'post', text: 'in plain' })
  scene.settle()
  assert.deepEqual([item.number, item.refused?.code], [0, 'room-encrypted'])
  assert.equal(carol.room('r').privacy?.code, 'no-cipher')
  assert.equal(messages(carol).at(-1)?.unreadable?.code, 'no-cipher')
  assert.equal(carol.node.snapshot().privacy?.state, 'off')
  assertUnseen(scene, ['in plain', 'secret'])
})

test('[P10] what was composed before one was in the room never goes out in plain', () => {
  const { scene, ada } = encryptedRoom()
  const carol = scene.device('carol')
  ada.node.compose(ada.now, 'r', { kind: 'invite', user: carol.node.me!.user })
  carol.node.compose(carol.now, 'r', { kind: 'post', text: 'too early' })
  carol.node.compose(carol.now, 'r', { kind: 'join' })
  carol.node.compose(carol.now, 'r', { kind: 'post', text: 'in time' })
  scene.settle().wait(3_000)
  assert.deepEqual(
    carol.events.flatMap((event) => (event.kind === 'refused' ? [event.code] : [])),
    ['not-member'],
  )
  assert.deepEqual(ada.texts('r'), ['in time'])
  assertUnseen(scene, ['too early', 'in time'])
})

test('[E6] a direct conversation is begun by who opens it, and the other is in it at once', () => {
  const scene = new PrivateScene()
  const ada = scene.device('ada')
  const bob = scene.device('bob')
  const [a, b] = [ada.node.me!.user, bob.node.me!.user]
  const room = directRoomId(a, b)
  ada.node.compose(ada.now, room, { kind: 'direct', user: b, encrypted: true })
  ada.node.compose(ada.now, room, { kind: 'post', text: 'between us' })
  scene.settle()
  bob.node.compose(bob.now, room, { kind: 'post', text: 'alone' })
  scene.settle()
  assert.deepEqual(
    [ada.texts(room), bob.texts(room)],
    [
      ['between us', 'alone'],
      ['between us', 'alone'],
    ],
  )
  assertUnseen(scene, ['between us', 'alone'], room)
})

test('[E11] who left is removed by one of those who stay, also when nobody writes', () => {
  const { scene, ada, bob } = encryptedRoom()
  const carol = scene.device('carol')
  invite(scene, ada, carol)
  scene.wait(3_000)
  const commits = () => scene.server.entries('r').filter(({ kind }) => kind === 'commit').length
  const before = commits()
  carol.node.compose(carol.now, 'r', { kind: 'leave' })
  scene.settle()
  assert.equal(commits(), before)
  scene.wait(5_000)
  assert.equal(commits(), before + 1)
  says(scene, bob, 'among ourselves')
  assert.equal(commits(), before + 1)
  assert.equal(ada.texts('r').at(-1), 'among ourselves')
})

test('[E7] keys that are a day old are renewed when something is written', () => {
  const { scene, ada, bob } = encryptedRoom()
  const vault = scene.vaults.get(ada)?.rooms.get('r')
  assert.ok(vault?.group !== undefined)
  vault.group = { ...vault.group, updatedAtMs: 0 }
  const commits = () => scene.server.entries('r').filter(({ kind }) => kind === 'commit').length
  const before = commits()
  for (const text of ['one', 'two', 'three']) says(scene, ada, text)
  assert.equal(commits(), before + 1)
  assert.deepEqual(
    [ada.texts('r'), bob.texts('r')],
    [
      ['one', 'two', 'three'],
      ['one', 'two', 'three'],
    ],
  )
})

test('[P5] what is opened after the timeline’s end was named is left to the new connection', () => {
  const { scene, ada, bob } = encryptedRoom()
  bob.holdsJob = ({ kind }) => kind === 'open'
  says(scene, ada, 'one')
  bob.cut()
  bob.holds = () => true
  says(scene, ada, 'two')
  scene.wait(500)
  assert.equal(bob.node.connection.kind, 'greeting')
  bob.holdsJob = () => false
  bob.tell()
  bob.holds = () => false
  bob.release()
  scene.settle()
  assert.deepEqual(bob.texts('r'), ['one', 'two'])
  assert.equal(
    bob.events.some(({ kind }) => kind === 'gap'),
    false,
  )
  assert.deepEqual(bob.sent.filter(({ t }) => t === 'history').length, 2)
})
