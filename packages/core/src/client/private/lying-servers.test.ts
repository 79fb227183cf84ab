import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DownFrame } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { ClientScene } from '../client-scene.test-suite.ts'
import { assertUnseen, encryptedRoom, messages, says } from './private-scene.test-suite.ts'

/** What the server says next of the room, instead of what is so. */
function tells(who: ClientScene, body: object): void {
  const { head } = who.room('r')
  const by = { by: 'uada-token-xxxxxxxxxxx', name: 'ada' }
  const entry = { index: head + 1, at: who.now.wallMs, ...by, ...body } as Entry
  const frame: DownFrame = { t: 'entries', room: 'r', from: head + 1, entries: [entry] }
  who.node.socketFrame(who.now, 1, frame)
  who.settle()
}

test('[P10] what a server puts into an encrypted room in plain is nobody’s word', () => {
  const { bob } = encryptedRoom()
  tells(bob, { kind: 'post', text: 'send me your password', isSealed: true, isVerified: true })
  const [line] = messages(bob)
  assert.deepEqual(
    [line?.text, line?.unreadable?.code, line?.isVerified],
    ['', 'tampered', undefined],
  )
  tells(bob, { kind: 'title', title: 'Another room' })
  tells(bob, { kind: 'topic', topic: 'Other talk' })
  assert.deepEqual([bob.room('r').title, bob.room('r').topic], ['The cabal', ''])
})

test('[R28] [P10] a server cannot delete or edit in plain what was sealed', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'stands')
  const target = messages(bob)[0]!.index
  tells(bob, { kind: 'delete', target })
  tells(bob, { kind: 'edit', target, text: 'changed' })
  assert.equal(messages(bob)[0]?.text, 'stands')
})

test('[P10] a box in another’s name, or one that was changed, is not shown as said', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'hello')
  const sealed = scene.server.entries('r').findLast(({ kind }) => kind === 'sealed')
  assert.ok(sealed?.kind === 'sealed')
  const { gen, epoch, box } = sealed
  tells(bob, { kind: 'sealed', gen, epoch, box, by: bob.node.me!.user })
  tells(bob, { kind: 'sealed', gen, epoch, box: `${box.slice(0, -4)}AAAA` })
  tells(bob, { kind: 'sealed', gen, epoch, box: 'AAAA' })
  assert.deepEqual(
    messages(bob).map(({ text, unreadable }) => unreadable?.code ?? text),
    ['hello', 'bad-signature', 'tampered', 'tampered'],
  )
})

test('[E1] what was encrypted once is so for this client, whatever a server says later', () => {
  const { scene, ada, bob } = encryptedRoom()
  bob.cut()
  bob.settle()
  const plain = (frame: DownFrame): DownFrame => {
    if (frame.t !== 'welcome') return frame
    const rooms = frame.rooms.map(({ isEncrypted: _, ...room }) => room)
    return { ...frame, rooms }
  }
  const { node } = bob
  const told = node.socketFrame.bind(node)
  node.socketFrame = (now, socket, frame) => told(now, socket, plain(frame))
  scene.wait(2_000)
  assert.equal(bob.node.connection.kind, 'online')
  says(scene, bob, 'still sealed')
  assert.deepEqual([bob.room('r').isEncrypted, ada.texts('r')], [true, ['still sealed']])
  assertUnseen(scene, ['still sealed'])
})

test('[P8] contents that make no sense are kept, and neither shown nor applied', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'hello')
  const target = messages(ada)[0]!.index
  for (const content of [
    { kind: 'edit', target: 'everything', text: 'x' },
    { kind: 'future', of: 'another version' },
    { kind: 'react', target, emoji: 'x'.repeat(5_000), on: true },
    { kind: 'title', title: 'x'.repeat(5_000) },
    ['no object'],
  ]) {
    ada.node.compose(ada.now, 'r', { kind: 'post', text: JSON.stringify(content) })
  }
  const { node } = bob
  const done = node.cipherDone.bind(node)
  node.cipherDone = (now, job, result) => {
    const { outcome } = result
    if (outcome.kind !== 'opened') return done(now, job, result)
    const boxes = outcome.boxes.map((box) => {
      if (!box.ok) return box
      const { text } = box.content as { text: string }
      return { ...box, content: JSON.parse(text) as unknown }
    })
    done(now, job, { ...result, outcome: { ...outcome, boxes } })
  }
  scene.settle()
  assert.deepEqual([bob.texts('r'), messages(bob)[0]?.reactions], [['hello'], []])
  assert.equal(bob.room('r').title, 'The cabal')
  assert.equal(bob.room('r').head, ada.room('r').head)
})

test('while nothing changes the picture of an encrypted room is the same object', () => {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'hello')
  const before = bob.node.snapshot()
  scene.wait(1_000)
  bob.node.setTyping(bob.now, 'r', false)
  assert.equal(bob.node.snapshot(), before)
  assert.deepEqual(JSON.parse(JSON.stringify(before.rooms[0]?.privacy)), before.rooms[0]?.privacy)
})
