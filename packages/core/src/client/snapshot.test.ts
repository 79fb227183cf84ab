import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientScene, inRoom } from './client-scene.test-suite.ts'
import type { MessageLine } from './snapshot.ts'

function message(ada: ClientScene, index: number): MessageLine {
  const line = ada.room('r').timeline.lines.find((one) => one.index === index)
  assert.ok(line?.kind === 'message', `no message at ${index}`)
  return line
}

test("one's own changes are shown at once and marked until they are acknowledged", () => {
  const { ada } = inRoom()
  for (const text of ['one', 'two', 'three']) ada.node.compose(ada.now, 'r', { kind: 'post', text })
  ada.settle()
  ada.cut()
  const me = ada.node.me!.user
  ada.node.compose(ada.now, 'r', { kind: 'edit', target: 3, text: 'uno' })
  ada.node.compose(ada.now, 'r', { kind: 'delete', target: 4 })
  ada.node.compose(ada.now, 'r', { kind: 'react', target: 5, emoji: '👍', on: true })
  const shown = () =>
    [3, 4, 5].map((index) => {
      const { text, deletedBy, reactions, isChanging } = message(ada, index)
      return [text, deletedBy, reactions, isChanging]
    })
  const mine = [{ emoji: '👍', users: [me], isMine: true }]
  assert.deepEqual(shown(), [
    ['uno', undefined, [], true],
    ['', me, [], true],
    ['three', undefined, mine, true],
  ])
  assert.deepEqual(ada.room('r').timeline.sends, [])
  ada.wait(2_000)
  assert.deepEqual(shown(), [
    ['uno', undefined, [], false],
    ['', me, [], false],
    ['three', undefined, mine, false],
  ])
})

test('[P8] a message refused for good waits as failed, to be sent anew or dropped', () => {
  const { ada, server, bob } = inRoom()
  const me = ada.node.me!.user
  server.act(bob, 'r', { kind: 'mute', user: me, on: true })
  for (const text of ['one', 'two']) ada.node.compose(ada.now, 'r', { kind: 'post', text })
  ada.settle()
  const sends = () => ada.room('r').timeline.sends
  assert.deepEqual(
    sends().map(({ state, text, refusal }) => [state, text, refusal?.code]),
    [
      ['failed', 'one', 'muted'],
      ['failed', 'two', 'muted'],
    ],
  )
  assert.equal(ada.room('r').isMuted, true)
  server.act(bob, 'r', { kind: 'mute', user: me, on: false })
  const [one, two] = sends()
  ada.node.dropItem(ada.now, two!.item)
  const again = ada.node.retryItem(ada.now, one!.item)
  assert.ok(again !== undefined && again.number > two!.item.number)
  assert.equal(ada.node.retryItem(ada.now, one!.item), undefined)
  ada.settle()
  assert.deepEqual([sends(), ada.texts('r')], [[], ['one']])
})

test('an answer shows what it answers, and follows it when that changes', () => {
  const { ada, server, bob, says } = inRoom()
  says('question')
  server.act(bob, 'r', { kind: 'post', text: 'answer', replyTo: 3 })
  ada.settle()
  assert.deepEqual(message(ada, 4).replyTo, { index: 3, name: 'bob', text: 'question' })
  server.act(bob, 'r', { kind: 'edit', target: 3, text: 'better question' })
  ada.settle()
  assert.equal(message(ada, 4).replyTo?.text, 'better question')
})

test('who types is shown until they stop, post, or fall silent', () => {
  const { ada, server } = inRoom()
  const typing = (on: boolean) => {
    server.say(ada.session!, { t: 'typing', room: 'r', user: 'u-bob', name: 'bob', on })
    ada.settle()
    return ada.room('r').typing.map(({ name }) => name)
  }
  assert.deepEqual([typing(true), typing(false)], [['bob'], []])
  typing(true)
  server.act('u-bob', 'r', { kind: 'post', text: 'done' })
  ada.settle()
  assert.deepEqual(ada.room('r').typing, [])
  typing(true)
  ada.wait(6_100)
  assert.deepEqual(ada.room('r').typing, [])
})

test('own typing is told at most every three seconds, and its end once', () => {
  const { ada } = inRoom()
  const told = () => ada.sent.flatMap((frame) => (frame.t === 'typing' ? [frame.on] : []))
  for (let key = 0; key < 40; key += 1) {
    ada.node.setTyping(ada.now, 'r', true)
    ada.wait(100)
  }
  assert.deepEqual(told(), [true, true])
  ada.node.setTyping(ada.now, 'r', false)
  ada.node.setTyping(ada.now, 'r', false)
  ada.settle()
  assert.deepEqual(told(), [true, true, false])
})

test('presence is replaced by the whole truth and changed by changes', () => {
  const { ada, server } = inRoom()
  const say = (all: boolean, online: readonly string[], offline: readonly string[]) => {
    server.say(ada.session!, { t: 'presence', room: 'r', all, online, offline, count: 2 })
    ada.settle()
    return [...ada.room('r').online].sort()
  }
  assert.deepEqual(say(true, ['a', 'b'], []), ['a', 'b'])
  assert.deepEqual(say(false, ['c'], ['a']), ['b', 'c'])
  assert.deepEqual(say(true, ['a'], []), ['a'])
})

test('parts that did not change stay the same objects', () => {
  const { ada, server, says } = inRoom()
  for (const text of ['1', '2', '3']) says(text)
  ada.settle()
  const before = ada.room('r')
  server.say(ada.session!, { t: 'typing', room: 'r', user: 'u-bob', name: 'bob', on: true })
  ada.settle()
  const typing = ada.room('r')
  assert.notEqual(typing, before)
  assert.equal(typing.timeline, before.timeline)
  assert.equal(typing.online, before.online)
  says('4')
  ada.settle()
  const after = ada.room('r')
  assert.deepEqual(
    after.timeline.lines.slice(0, -1).map((line, at) => line === before.timeline.lines[at]),
    before.timeline.lines.map(() => true),
  )
  assert.equal(ada.node.snapshot(), ada.node.snapshot())
})

test('a jump shows a piece of the past, which grows both ways and leads back to the newest', () => {
  const { ada, says } = inRoom()
  for (let at = 1; at <= 600; at += 1) says(`m${at}`)
  ada.cut()
  for (let at = 601; at <= 1_700; at += 1) says(`m${at}`)
  ada.wait(1_000)
  const ask = ada.node.loadAround(ada.now, 'r', { index: 302 })
  ada.settle()
  const done = ada.outputs.find((output) => output.kind === 'answer' && output.ask === ask)
  assert.ok(done?.kind === 'answer' && done.result.ok)
  const view = () => {
    const { lines, hasNewer, hasOlder } = ada.room('r').timeline
    return [lines[0]?.index, lines.at(-1)?.index, hasOlder, hasNewer]
  }
  assert.deepEqual(view(), [252, 351, true, true])
  ada.node.compose(ada.now, 'r', { kind: 'post', text: 'meanwhile' })
  ada.settle()
  assert.deepEqual([view()[1], ada.room('r').timeline.sends], [351, []])
  ada.node.loadNewer(ada.now, 'r')
  ada.node.loadOlder(ada.now, 'r')
  ada.settle()
  assert.deepEqual(view(), [152, 451, true, true])
  for (let page = 0; page < 20; page += 1) {
    ada.node.loadNewer(ada.now, 'r')
    ada.settle()
  }
  assert.deepEqual(view(), [152, 1_703, true, false])
  ada.node.loadAround(ada.now, 'r', { index: 10 })
  ada.settle()
  assert.equal(ada.room('r').timeline.hasNewer, true)
  ada.node.showNewest(ada.now, 'r')
  assert.deepEqual(view(), [152, 1_703, true, false])
})

test('a jump to what does not exist is answered so', () => {
  const { ada } = inRoom()
  const ask = ada.node.loadAround(ada.now, 'r', { index: 99 })
  ada.settle().wait(10_000)
  const answer = ada.outputs.find((output) => output.kind === 'answer' && output.ask === ask)
  assert.ok(answer?.kind === 'answer' && !answer.result.ok)
  assert.equal(answer.result.code, 'unknown-message')
})
