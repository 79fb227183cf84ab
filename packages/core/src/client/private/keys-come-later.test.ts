import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientOutput, PrivacyResult, PrivacyWish } from '../client-io.ts'
import type { ClientScene } from '../client-scene.test-suite.ts'
import { restoredFrom } from '../restored.test-suite.ts'
import {
  assertUnseen,
  encryptedRoom,
  messages,
  type PrivateScene,
  says,
} from './private-scene.test-suite.ts'

/** What became of the person's wish. */
function wish(scene: PrivateScene, who: ClientScene, what: PrivacyWish): PrivacyResult {
  const ask = who.node.privacy(who.now, what)
  scene.settle().wait(3_000)
  const answer = who.outputs.findLast(
    (output): output is Extract<ClientOutput, { kind: 'privacy' }> =>
      output.kind === 'privacy' && output.ask === ask,
  )
  assert.ok(answer !== undefined, `nothing came of ${what.kind}`)
  return answer.result
}

function stateOf(who: ClientScene) {
  return who.node.snapshot().privacy?.state
}

/** Ada has a second device that is not linked; the room was written in before. */
function secondDevice() {
  const { scene, ada, bob } = encryptedRoom()
  for (const text of ['one', 'two', 'three']) says(scene, bob, text)
  ada.node.compose(ada.now, 'r', {
    kind: 'react',
    target: messages(ada)[0]!.index,
    emoji: '👍',
    on: true,
  })
  scene.settle()
  const phone = scene.device('ada', { device: 'phone' })
  phone.node.openRoom(phone.now, 'r')
  scene.settle()
  return { scene, ada, bob, phone }
}

test('[P10] a new device reads nothing until it is linked, and says what to do', () => {
  const { scene, ada, bob, phone } = secondDevice()
  assert.equal(stateOf(phone), 'unlinked')
  assert.ok(phone.node.snapshot().privacy?.linkCode)
  assert.equal(phone.room('r').privacy?.action, 'link')
  assert.deepEqual(
    [...new Set(messages(phone).map(({ unreadable }) => unreadable?.code))],
    ['not-linked'],
  )
  says(scene, bob, 'four')
  assert.equal(messages(phone).at(-1)?.unreadable?.action, 'link')
  scene.wait(3_000)
  assert.deepEqual(
    ada.node.snapshot().privacy?.unlinked.map(({ device }) => device),
    [phone.node.me?.device],
  )
  phone.node.compose(phone.now, 'r', { kind: 'post', text: 'waits' })
  scene.wait(3_000)
  assert.equal(phone.room('r').timeline.sends[0]?.state, 'pending')
  assertUnseen(scene, ['waits'])
})

test('[E16] [P3] a device that was linked reads what it held unreadable, in its place', () => {
  const { scene, ada, bob, phone } = secondDevice()
  const before = phone.room('r').timeline.lines.map(({ index }) => index)
  const code = phone.node.snapshot().privacy?.linkCode ?? ''
  assert.deepEqual(wish(scene, ada, { kind: 'link', code }).ok, true)
  assert.equal(stateOf(phone), 'ready')
  assert.deepEqual(phone.texts('r'), ['one', 'two', 'three'])
  assert.equal(messages(phone)[0]?.reactions[0]?.emoji, '👍')
  assert.equal(phone.room('r').title, 'The cabal')
  const after = phone.room('r').timeline.lines.map(({ index }) => index)
  assert.deepEqual(
    after.filter((index) => before.includes(index)),
    after,
  )
  phone.node.compose(phone.now, 'r', { kind: 'post', text: 'from the phone' })
  scene.settle().wait(1_000)
  assert.deepEqual(bob.texts('r').at(-1), 'from the phone')
  assert.equal(ada.node.snapshot().privacy?.unlinked.length, 0)
})

test('[E15] a recovery key opens everything on a device that nobody linked', () => {
  const { scene, ada, bob, phone } = secondDevice()
  const made = wish(scene, ada, { kind: 'recovery-key' })
  assert.ok(made.ok && made.value.kind === 'recovery')
  assert.equal(ada.node.snapshot().privacy?.hasRecoveryKey, true)
  const { recoveryKey } = made.value
  scene.off(ada)
  const wrong = wish(scene, phone, { kind: 'restore', recoveryKey: 'nothing of the kind' })
  assert.deepEqual(!wrong.ok && wrong.code, 'wrong-recovery-key')
  assert.equal(wish(scene, phone, { kind: 'restore', recoveryKey }).ok, true)
  assert.deepEqual([stateOf(phone), phone.texts('r')], ['ready', ['one', 'two', 'three']])
  says(scene, bob, 'four')
  assert.deepEqual(phone.texts('r').at(-1), 'four')
})

test('[E2] [E11] who begins a new identity comes back into the rooms, and it is shown', () => {
  const { scene, ada, bob, phone } = secondDevice()
  const user = ada.node.me!.user
  // Now bob's device knows which identity ada has.
  wish(scene, bob, { kind: 'verify', user, as: 'unverified' })
  scene.off(ada)
  assert.equal(wish(scene, phone, { kind: 'reset-identity' }).ok, true)
  scene.wait(5_000)
  assert.equal(stateOf(phone), 'ready')
  assert.equal(phone.room('r').privacy?.state, 'ready')
  says(scene, bob, 'who are you?')
  scene.wait(2_000)
  assert.deepEqual(phone.texts('r'), ['who are you?'])
  assert.equal(phone.room('r').title, 'The cabal')
  assert.equal(phone.room('r').timeline.divider?.code, 'before-join')
  const lines = bob.room('r').timeline.lines
  const changed = lines.flatMap((line) =>
    line.kind === 'system' && line.body.kind === 'identities' ? line.body.people : [],
  )
  assert.deepEqual(changed, [{ user: phone.node.me?.user, name: 'ada' }])
})

test('[P10] to a verified person with a new identity nothing goes until one looked', () => {
  const { scene, ada, bob, phone } = secondDevice()
  const user = ada.node.me!.user
  const numbers = [bob, ada].map((who) => {
    const other = who === bob ? user : bob.node.me!.user
    const told = wish(scene, who, { kind: 'safety-number', user: other })
    return told.ok && told.value.kind === 'safety-number' ? told.value.digits : ''
  })
  assert.equal(numbers[0], numbers[1])
  says(scene, ada, 'before')
  assert.equal(messages(bob).at(-1)?.isVerified, undefined)
  assert.equal(wish(scene, bob, { kind: 'verify', user, as: 'verified' }).ok, true)
  assert.equal(messages(bob).at(-1)?.isVerified, true)
  says(scene, ada, 'verified')
  assert.equal(messages(bob).at(-1)?.isVerified, true)
  scene.off(ada)
  wish(scene, phone, { kind: 'reset-identity' })
  scene.wait(5_000)
  says(scene, bob, 'is it you?')
  scene.wait(1_000)
  assert.deepEqual(
    [bob.room('r').privacy?.state, bob.room('r').privacy?.users],
    ['blocked', [user]],
  )
  assert.equal(bob.room('r').timeline.sends[0]?.state, 'pending')
  wish(scene, bob, { kind: 'verify', user, as: 'accept' })
  scene.wait(2_000)
  assert.deepEqual([phone.texts('r'), bob.room('r').timeline.sends.length], [['is it you?'], 0])
})

test('[P5] a client that starts again shows what it had opened, and goes on with its keys', () => {
  const { scene, ada, bob } = encryptedRoom()
  for (const text of ['one', 'two']) says(scene, bob, text)
  ada.node.compose(ada.now, 'r', {
    kind: 'edit',
    target: messages(bob)[0]!.index,
    text: 'not mine',
  })
  bob.node.compose(bob.now, 'r', { kind: 'edit', target: messages(bob)[1]!.index, text: 'two!' })
  scene.settle()
  ada.passesUp = () => false
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'unsent' })
  ada.settle()
  scene.off(ada)
  says(scene, bob, 'meanwhile')
  const restored = restoredFrom(ada.outputs)
  assert.equal(restored.items[0]?.isSealed, true)
  const later = scene.device('ada', { restored, vault: scene.vaults.get(ada)! })
  scene.wait(1_000)
  assert.equal(later.room('r').title, 'The cabal')
  assert.deepEqual(later.texts('r'), ['one', 'two!', 'meanwhile', 'unsent'])
  assert.deepEqual(bob.texts('r'), ['one', 'two!', 'meanwhile', 'unsent'])
  assertUnseen(scene, ['unsent', 'meanwhile', 'two!'])
})

test('[E6] a group that cannot be followed is joined anew, or begun anew by the owner', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'one')
  scene.vaults.get(bob)!.rooms.get('r')!.state = 'broken'
  bob.node.privacy(bob.now, { kind: 'again', room: 'r' })
  says(scene, ada, 'two')
  scene.wait(3_000)
  assert.deepEqual([bob.texts('r'), bob.room('r').privacy?.state], [['one', 'two'], 'ready'])
  const refused = wish(scene, bob, { kind: 'reset-room', room: 'r' })
  assert.deepEqual(!refused.ok && refused.code, 'not-allowed')
  assert.equal(wish(scene, ada, { kind: 'reset-room', room: 'r' }).ok, true)
  scene.wait(3_000)
  says(scene, bob, 'three')
  scene.wait(1_000)
  assert.deepEqual(
    [ada.texts('r'), bob.texts('r')],
    [
      ['one', 'two', 'three'],
      ['one', 'two', 'three'],
    ],
  )
  const groups = scene.server.entries('r').filter(({ kind }) => kind === 'group')
  assert.equal(groups.length, 2)
})

test('[E16] [P5] a device that was away while it was linked finds it when it comes back', () => {
  const { scene, ada, phone } = secondDevice()
  scene.wait(3_000)
  const code = phone.node.snapshot().privacy?.linkCode ?? ''
  scene.off(phone)
  assert.equal(wish(scene, ada, { kind: 'link', code }).ok, true)
  const restored = restoredFrom(phone.outputs)
  const vault = scene.vaults.get(phone)!
  const later = scene.device('ada', { device: 'phone', restored, vault })
  scene.wait(3_000)
  assert.equal(stateOf(later), 'ready')
  later.node.openRoom(later.now, 'r')
  scene.wait(1_000)
  assert.deepEqual(later.texts('r'), ['one', 'two', 'three'])
})
