/** Who is brought in by others finds the welcome, whatever comes between. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { limits } from '@starling/protocol/limits'
import { directRoomId } from '@starling/protocol/operation'
import { clientTuning } from '../client-io.ts'
import type { ClientScene } from '../client-scene.test-suite.ts'
import { restoredFrom } from '../restored.test-suite.ts'
import { encryptedRoom, invite, PrivateScene, says } from './private-scene.test-suite.ts'

function worksOf(who: ClientScene): readonly string[] {
  return who.outputs.flatMap((it) => (it.kind === 'cipher' ? [it.work.kind] : []))
}

test('[E8] who is refused key packages for now claims them again', () => {
  const { scene, ada } = encryptedRoom()
  let refusals = 2
  scene.server.askFault = ({ t }) => {
    if (t !== 'claim' || refusals === 0) return undefined
    refusals -= 1
    return 'no-leaf'
  }
  const carol = scene.device('carol')
  invite(scene, ada, carol)
  scene.wait(1_900)
  const works = worksOf(carol)
  assert.deepEqual([works.includes('welcome'), works.includes('join')], [true, false])
})

test('[P10] [P5] a welcome is found behind all that came into the self room after it', () => {
  const { scene, ada } = encryptedRoom()
  const carol = scene.device('carol')
  ada.node.compose(ada.now, 'r', { kind: 'invite', user: carol.node.me!.user })
  scene.settle()
  carol.holds = (frame) => frame.t === 'entries'
  carol.node.compose(carol.now, 'r', { kind: 'join' })
  scene.settle()
  scene.off(carol)
  says(scene, ada, 'carol has the key of this')
  const { user } = carol.node.me!
  for (let at = 1; at <= 2.5 * clientTuning.pageEntries; at += 1) {
    scene.server.act(user, `r${at}`, { kind: 'create', room: 'public', name: `room ${at}` })
  }
  const restored = restoredFrom(carol.outputs)
  const again = scene.device('carol', { restored, vault: scene.vaults.get(carol)! })
  scene.wait(10_000)
  const works = worksOf(again)
  assert.deepEqual([works.includes('welcome'), works.includes('join')], [true, false])
  again.node.openRoom(again.now, 'r')
  scene.settle()
  assert.deepEqual(again.texts('r'), ['carol has the key of this'])
})

test('[P10] [E6] who begins a group anew first takes the keys of the one that ends', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'one')
  bob.cut()
  invite(scene, ada, scene.device('carol'))
  for (let at = 1; at <= limits.resumeEntriesMax + 1; at += 1) {
    ada.node.compose(ada.now, 'r', { kind: 'post', text: `${at}` })
    if (at % 50 === 0) scene.settle()
  }
  scene.settle()
  scene.server.act(ada.node.me!.user, 'r', { kind: 'role', user: bob.node.me!.user, role: 'owner' })
  // Bob comes back behind a gap, and begins anew before he has fetched the commits.
  let isReset = false
  scene.server.askFault = ({ t }) => {
    if (t !== 'commits' || isReset) return undefined
    isReset = true
    bob.node.privacy(bob.now, { kind: 'reset-room', room: 'r' })
    return 'not-member'
  }
  scene.wait(5_000)
  bob.node.openRoom(bob.now, 'r')
  scene.wait(1_000)
  assert.equal(scene.server.entries('r').filter(({ kind }) => kind === 'group').length, 2)
  assert.deepEqual(bob.texts('r').slice(-2), ['1000', '1001'])
})

test('[P10] [E10] a device whose own joining could not be noted notes it, and joins once', () => {
  const { scene, ada } = encryptedRoom()
  const carol = scene.device('carol')
  ada.node.compose(ada.now, 'r', { kind: 'invite', user: carol.node.me!.user })
  scene.settle()
  scene.off(ada)
  carol.node.compose(carol.now, 'r', { kind: 'join' })
  scene.settle()
  // The cipher makes the commit, and can do nothing when it comes to stand.
  let failures = 0
  carol.holdsJob = ({ kind }) => {
    if (kind !== 'open' || failures === 2 || !worksOf(carol).includes('join')) return false
    failures += 1
    scene.failing.set(carol, (scene.failing.get(carol) ?? 0) + 1)
    return false
  }
  const commits = () => scene.server.entries('r').filter(({ kind }) => kind === 'commit').length
  const before = commits()
  scene.wait(8_000)
  assert.equal(failures, 2)
  assert.deepEqual([commits(), carol.room('r').privacy?.state], [before + 1, 'ready'])
})

test('[P10] [E8] the welcome into a group that was begun anew is waited for like the first', () => {
  const scene = new PrivateScene()
  const ada = scene.device('ada')
  const bob = scene.device('bob')
  const [a, b] = [ada.node.me!.user, bob.node.me!.user]
  const room = directRoomId(a, b)
  const isMail = (entry: Entry) => entry.kind === 'mail'
  bob.holds = (frame) => frame.t === 'entries' && frame.entries.some(isMail)
  ada.node.compose(ada.now, room, { kind: 'direct', user: b, encrypted: true })
  scene.settle().wait(3_000)
  bob.release()
  scene.wait(1_000)
  ada.node.privacy(ada.now, { kind: 'reset-room', room })
  ada.node.compose(ada.now, room, { kind: 'post', text: 'anew' })
  scene.settle().wait(1_500)
  const before = worksOf(bob).filter((kind) => kind === 'join').length
  bob.release()
  scene.wait(1_000)
  assert.deepEqual([before, bob.texts(room)], [0, ['anew']])
})

test('[P10] who opens a direct conversation begins its group before its entries came', () => {
  const scene = new PrivateScene()
  const ada = scene.device('ada')
  const bob = scene.device('bob')
  const room = directRoomId(ada.node.me!.user, bob.node.me!.user)
  ada.holds = (frame) => frame.t === 'entries' && frame.room === room
  ada.node.compose(ada.now, room, { kind: 'direct', user: bob.node.me!.user, encrypted: true })
  scene.settle()
  assert.equal(ada.room(room).timeline.lines.length, 0)
  assert.deepEqual(
    [ada, bob].map((who) => who.room(room).privacy?.state),
    ['ready', 'ready'],
  )
})

test('[P10] [E11] who lost the keys waits for no welcome to the leaf of before', () => {
  const { scene, bob } = encryptedRoom()
  const restored = restoredFrom(bob.outputs)
  scene.off(bob)
  const again = scene.device('bob', { restored })
  again.node.privacy(again.now, { kind: 'reset-identity' })
  scene.settle().wait(1_000)
  assert.equal(again.room('r').privacy?.state, 'ready')
})

test('[P10] [E4] who is welcomed again and again lays out more key packages in time', () => {
  const scene = new PrivateScene()
  const ada = scene.device('ada')
  const bob = scene.device('bob')
  const laidOut = () =>
    bob.sent.filter((frame) => frame.t === 'publish' && (frame.packages?.length ?? 0) > 0).length
  const before = laidOut()
  const room = { kind: 'create', room: 'private', name: '', encrypted: true } as const
  for (let at = 1; at <= 10; at += 1) {
    ada.node.compose(ada.now, `r${at}`, room)
    scene.settle()
    ada.node.compose(ada.now, `r${at}`, { kind: 'invite', user: bob.node.me!.user })
    scene.settle()
    bob.node.compose(bob.now, `r${at}`, { kind: 'join' })
    scene.settle()
    assert.equal(bob.room(`r${at}`).privacy?.state, 'ready')
  }
  assert.equal(laidOut(), before)
  scene.wait(61_000)
  assert.equal(laidOut(), before + 1)
})
