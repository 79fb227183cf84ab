import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DownFrame } from '@starling/protocol/down'
import type { OutboxItem } from './client-io.ts'
import { ClientScene, inRoom } from './client-scene.test-suite.ts'
import { LittleServer } from './little-server.test-suite.ts'

function ackOf({ room, outbox, number }: OutboxItem, index: number): DownFrame {
  return { t: 'ack', room, outbox, number, index, at: 1, position: 1 }
}

test('a client that arrives knows who it is and joins a room that it then shows', () => {
  const { ada } = inRoom()
  const { me, connection, rooms } = ada.node.snapshot()
  assert.equal(me?.name, 'ada')
  assert.equal(connection.kind, 'online')
  const [room] = rooms
  assert.equal(room?.title, 'general')
  assert.equal(room?.members, 2)
  assert.equal(room?.role, 'member')
  assert.deepEqual(
    room?.timeline.lines.map((line) => line.kind === 'system' && line.body.kind),
    ['join'],
  )
})

test('a message is pending at once, sent with its ack, and then a line with the same key', () => {
  const { ada } = inRoom()
  ada.holds = (frame) => frame.t === 'ack' || frame.t === 'entries'
  const item = ada.node.compose(ada.now, 'r', { kind: 'post', text: 'hello' })
  ada.settle()
  const [pending] = ada.room('r').timeline.sends
  assert.deepEqual([pending?.state, pending?.text], ['pending', 'hello'])
  ada.holds = (frame) => frame.t === 'entries'
  ada.node.socketFrame(ada.now, 1, ackOf(item, 3))
  ada.settle()
  const [sent] = ada.room('r').timeline.sends
  assert.deepEqual([sent?.state, sent?.key], ['sent', pending?.key])
  assert.equal(ada.node.snapshot().waiting, 0)
  ada.release()
  const { lines, sends } = ada.room('r').timeline
  assert.deepEqual(sends, [])
  assert.equal(lines.at(-1)?.key, pending?.key)
})

test('when the entry is there before its ack, the message is not shown twice', () => {
  const { ada } = inRoom()
  ada.holds = (frame) => frame.t === 'ack'
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'hello' })
  ada.settle()
  assert.deepEqual([ada.texts('r'), ada.room('r').timeline.sends], [['hello'], []])
  assert.equal(ada.node.snapshot().waiting, 1)
  ada.release()
  assert.deepEqual([ada.texts('r'), ada.room('r').timeline.sends], [['hello'], []])
  assert.equal(ada.node.snapshot().waiting, 0)
})

test('[P2] a message sent again after a lost ack stands once', () => {
  const { ada, server } = inRoom()
  let lost = 0
  ada.passesDown = (frame) => {
    if (frame.t !== 'ack' || lost >= 3) return true
    lost += 1
    return false
  }
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'once' })
  ada.settle().wait(5_000)
  assert.equal(lost, 3)
  assert.equal(ada.node.snapshot().waiting, 0)
  const posts = server.entries('r').filter((entry) => entry.kind === 'post')
  assert.deepEqual(
    posts.map((post) => post.kind === 'post' && post.text),
    ['once'],
  )
})

test('[P5] after a lost connection everything missed arrives, each entry once and in order', () => {
  const { ada, says } = inRoom()
  for (const text of ['1', '2']) says(text)
  ada.settle().cut()
  for (const text of ['3', '4', '5']) says(text)
  ada.wait(1_000)
  assert.deepEqual(ada.texts('r'), ['1', '2', '3', '4', '5'])
  assert.deepEqual(ada.entriesSeen('r'), [2, 3, 4, 5, 6, 7])
})

test('[P3] a hole in the entries is asked for, and nothing is shown before it is filled', () => {
  const { ada, server, says } = inRoom()
  says('1')
  server.take(ada.session!)
  says('2')
  ada.settle()
  assert.deepEqual(ada.texts('r'), ['1', '2'])
  assert.ok(ada.sent.some((frame) => frame.t === 'follow' && frame.after === 2))
  assert.deepEqual(ada.entriesSeen('r'), [2, 3, 4])
})

test('[P7] when too much was missed the client says what and shows the newest', () => {
  const { ada, says } = inRoom({ limits: { resumeEntriesMax: 10 } })
  says('seen')
  ada.settle().cut()
  for (let at = 1; at <= 300; at += 1) says(`m${at}`)
  ada.wait(1_000)
  const gap = ada.events.find((event) => event.kind === 'gap')
  assert.deepEqual(gap, { kind: 'gap', room: 'r', from: 4, to: 303 })
  const texts = ada.texts('r')
  assert.equal(texts.at(-1), 'm300')
  assert.equal(texts.length, 100)
  assert.equal(ada.room('r').timeline.hasOlder, true)
})

test('what was written offline goes out in order when the connection is back', () => {
  const { ada, server } = inRoom()
  ada.cut()
  ada.unreachable.add('ws://a')
  ada.settle()
  for (const text of ['a', 'b', 'c']) ada.node.compose(ada.now, 'r', { kind: 'post', text })
  ada.wait(10_000)
  assert.equal(ada.node.snapshot().waiting, 3)
  ada.unreachable.clear()
  ada.wait(20_000)
  assert.equal(ada.node.snapshot().waiting, 0)
  const texts = server.entries('r').flatMap((entry) => (entry.kind === 'post' ? [entry.text] : []))
  assert.deepEqual(texts, ['a', 'b', 'c'])
})

test('[P8] what no server would take is refused at once and uses no number', () => {
  const { ada } = inRoom()
  const long = ada.node.compose(ada.now, 'r', { kind: 'post', text: 'x'.repeat(16_385) })
  assert.equal(long.refused?.code, 'message-too-large')
  const empty = ada.node.compose(ada.now, 'r', { kind: 'post', text: ' \n' })
  assert.equal(empty.refused?.code, 'message-empty')
  const wrong = ada.node.compose(ada.now, 'not an id', { kind: 'join' })
  assert.equal(wrong.refused?.code, 'invalid')
  const next = ada.node.compose(ada.now, 'r', { kind: 'post', text: 'fine' })
  assert.equal(next.number, 2)
  ada.settle()
  assert.deepEqual(ada.texts('r'), ['fine'])
})

test('[P7] the outboxes hold so many sends and refuse the next', () => {
  const ada = new ClientScene({ tuning: { outboxItemsMax: 2 } })
  const codes = ['a', 'b', 'c'].map(
    (text) => ada.node.compose(ada.now, 'r', { kind: 'post', text }).refused?.code,
  )
  assert.deepEqual(codes, [undefined, undefined, 'too-many-in-flight'])
})

test('a question outlives its connection, but a change of password is not repeated', () => {
  const { ada } = inRoom()
  ada.passesUp = (frame) => frame.t !== 'members' && frame.t !== 'password'
  const members = ada.node.ask(ada.now, { t: 'members', room: 'r' })
  const password = ada.node.ask(ada.now, { t: 'password', old: 'old secret', new: 'new secret' })
  ada.settle()
  ada.passesUp = () => true
  ada.wait(2_000)
  const answers = ada.outputs.filter((output) => output.kind === 'answer')
  const of = (ask: number) => answers.filter((answer) => answer.ask === ask)
  assert.equal(of(members).length, 1)
  assert.equal(of(members)[0]?.result.ok, true)
  assert.equal(of(password).length, 1)
})

test('an entry that another device read is read here, and an older marker changes nothing', () => {
  const { ada, server, says } = inRoom()
  for (const text of ['1', '2', '3']) says(text)
  ada.settle()
  assert.equal(ada.room('r').unread, 3)
  const phone = new ClientScene({ server }).start()
  phone.node.markRead(phone.now, 'r', 4)
  phone.settle()
  ada.settle()
  assert.deepEqual([ada.room('r').unread, ada.room('r').firstUnread], [1, 5])
  ada.node.markRead(ada.now, 'r', 3)
  ada.settle()
  assert.equal(ada.room('r').readUpTo, 4)
})

test('mentions are counted, those of longer names are not; marking back counts again', () => {
  const { ada, says } = inRoom()
  for (const text of ['hi @ada!', '@adam', 'mail@ada.org', 'plain', 'ADA @Ada']) says(text)
  ada.settle()
  assert.deepEqual([ada.room('r').unread, ada.room('r').mentions], [5, 2])
  ada.node.markRead(ada.now, 'r')
  assert.deepEqual([ada.room('r').unread, ada.room('r').mentions], [0, 0])
  ada.node.markUnreadFrom(ada.now, 'r', 7)
  assert.deepEqual([ada.room('r').unread, ada.room('r').firstUnread], [1, 7])
})

test('unread from here is unread on every device, until one reads on', () => {
  const { server, ada, says } = inRoom()
  const phone = new ClientScene({ server }).start()
  for (const text of ['1', '2', '3']) says(text)
  ada.settle()
  ada.node.markRead(ada.now, 'r')
  ada.settle()
  phone.settle()
  assert.equal(phone.room('r').unread, 0)
  ada.node.markUnreadFrom(ada.now, 'r', 5)
  ada.settle()
  phone.settle()
  assert.deepEqual([phone.room('r').unread, phone.room('r').firstUnread], [1, 5])
  const third = new ClientScene({ server }).start()
  assert.equal(third.room('r').readUpTo, 4)
  phone.node.markRead(phone.now, 'r')
  phone.settle()
  ada.settle()
  assert.equal(ada.room('r').unread, 0)
})

test('[P6] a hello tells the newest position that was heard of', () => {
  const { server, ada, says } = inRoom()
  const hellos: (number | undefined)[] = []
  ada.passesUp = (frame) => {
    if (frame.t === 'hello') hellos.push(frame.position)
    return true
  }
  const before = server.store.position
  says('one more')
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'mine' })
  ada.settle()
  ada.cut()
  ada.wait(2_000)
  assert.deepEqual(hellos, [before + 2])
})

test('a room that was never shown tells its unread messages after a cold start', () => {
  const { server, says, bob, ada } = inRoom()
  ada.node.stop(ada.now)
  ada.settle()
  for (const text of ['1', '2', '3']) says(text)
  server.act(bob, 'r', { kind: 'edit', target: 4, text: 'two' })
  const fresh = new ClientScene({ server }).start()
  assert.equal(fresh.room('r').unread, 3)
  assert.deepEqual(fresh.texts('r'), ['1', 'two', '3'])
})

test('an invitation is shown whether one was online or not, until one joins', () => {
  const server = new LittleServer()
  const bob = server.guest('bob')
  server.act(bob, 'p', { kind: 'create', room: 'private', name: 'den' })
  const ada = new ClientScene({ server }).start()
  server.act(bob, 'p', { kind: 'invite', user: ada.node.me!.user })
  ada.settle()
  const titles = (scene: ClientScene) => scene.node.snapshot().invitations.map((i) => i.title)
  assert.deepEqual(titles(ada), ['den'])
  const phone = new ClientScene({ server }).start()
  assert.deepEqual(titles(phone), ['den'])
  phone.node.compose(phone.now, 'p', { kind: 'join' })
  phone.settle()
  ada.settle()
  assert.deepEqual([titles(ada), titles(phone)], [[], []])
  assert.equal(ada.room('p').title, 'den')
})

test('a direct conversation carries the other name, whoever opened it', () => {
  const server = new LittleServer()
  const ada = new ClientScene({ server }).start()
  const bob = new ClientScene({ server, name: 'bob' }).start()
  const [a, b] = [ada.node.me!.user, bob.node.me!.user]
  const room = a < b ? `d:${a}:${b}` : `d:${b}:${a}`
  ada.node.compose(ada.now, room, { kind: 'direct', user: b })
  ada.settle()
  bob.settle()
  assert.equal(ada.room(room).title, 'bob')
  assert.equal(bob.room(room).title, 'ada')
  assert.deepEqual(bob.room(room).peer, { user: a, name: 'ada' })
})

test('whoever is kicked has the room no more, also when it happened while away', () => {
  const { ada, server, bob } = inRoom()
  server.act(bob, 'r', { kind: 'kick', user: ada.node.me!.user })
  ada.settle()
  assert.deepEqual(ada.node.snapshot().rooms, [])
  ada.node.compose(ada.now, 'r', { kind: 'join' })
  ada.settle().cut()
  server.act(bob, 'r', { kind: 'kick', user: ada.node.me!.user })
  ada.wait(1_000)
  assert.deepEqual(ada.node.snapshot().rooms, [])
})
