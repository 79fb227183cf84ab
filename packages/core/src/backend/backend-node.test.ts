import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import type { LinkDown } from '../link/down.ts'
import { Bench } from './backend-bench.test-fixture.ts'

const post = (text: string) => ({ kind: 'post', text }) as const

test('[P1] a send is answered when its record came back from the log and is applied', () => {
  const bench = Bench.withRoom()
  const request = bench.send('f1', 'ada', 2, post('hello'))
  assert.equal(bench.appends.length, 1)
  assert.deepEqual(bench.replies(request), [])
  bench.node.appended(bench.now, bench.appends[0]!.id)
  bench.turn()
  assert.deepEqual(bench.replies(request), [])
  bench.land()
  const reply = bench.reply(request)
  assert.equal(reply.kind === 'sent' && reply.index, 2)
})

test('[P2] a repeat is answered from the store with the first index, without an append', () => {
  const bench = Bench.withRoom()
  const first = bench.send('f1', 'ada', 2, post('hello'))
  bench.land()
  const again = bench.send('f1', 'ada', 2, post('hello'))
  assert.equal(bench.appends.length, 0)
  assert.deepEqual(bench.reply(again), bench.reply(first))
})

test('[P2] a repeat that is in the log twice is answered twice with one index', () => {
  const bench = Bench.withRoom()
  const first = bench.send('f1', 'ada', 2, post('hello'))
  const again = bench.send('f1', 'ada', 2, post('hello'))
  bench.land()
  assert.deepEqual(bench.reply(again), bench.reply(first))
  assert.equal(bench.store.room('r1')?.head, 2)
})

test('what comes in one turn goes into one record', () => {
  const bench = Bench.withRoom()
  for (const number of [2, 3, 4]) {
    bench.node.linkFrame(bench.now, 'f1', {
      t: 'request',
      request: 1_000 + number,
      after: 0,
      body: {
        kind: 'send',
        room: 'r1',
        by: 'u-ada',
        outbox: 'o-ada',
        number,
        op: post(`message ${number}`),
      },
    })
  }
  bench.turn()
  assert.deepEqual(
    bench.appends.map((record) => record.ops.length),
    [3],
  )
})

test('[P6] a read waits for the position that it must have reached', () => {
  const bench = Bench.withRoom()
  const position = bench.store.position
  const frame = { t: 'history', ask: 1, room: 'r1' } as const
  const body = { kind: 'ask', by: 'u-ada', device: 'device-ada', frame } as const
  const request = bench.request('f1', body, position + 1)
  assert.deepEqual(bench.replies(request), [])
  bench.send('f1', 'ada', 2, post('hello'))
  bench.land()
  const reply = bench.reply(request)
  assert.ok(reply.kind === 'answer' && reply.answer.kind === 'history')
  assert.deepEqual(
    reply.answer.entries.map((entry) => entry.index),
    [1, 2],
  )
})

test('[P7] a request whose position never comes is refused, and so is one too many', () => {
  const bench = Bench.withRoom({ requestWaitMsMax: 500, requestsInFlightMax: 1 })
  const frame = { t: 'devices', ask: 1 } as const
  const body = { kind: 'ask', by: 'u-ada', device: 'device-ada', frame } as const
  const waiting = bench.request('f1', body, 99)
  const oneTooMany = bench.request('f1', body, 99)
  const refused = { kind: 'refused', code: 'unavailable' }
  assert.deepEqual(bench.reply(oneTooMany), refused)
  const send = bench.send('f1', 'ada', 2, post('hello'))
  assert.deepEqual(bench.reply(send), refused)
  const readAtOnce = bench.request('f1', body)
  assert.equal(bench.reply(readAtOnce).kind, 'answer')
  bench.tick(499)
  assert.deepEqual(bench.replies(waiting), [])
  bench.tick(1)
  assert.deepEqual(bench.reply(waiting), refused)
})

test('when the log is out of reach sends are refused at once and reads are answered', () => {
  const bench = Bench.withRoom()
  bench.node.logReach(bench.now, false, 'disk full')
  bench.turn()
  const health = bench.down('f1', 'health').at(-1)!.health
  assert.deepEqual([health.canAppend, health.why], [false, 'disk full'])
  const send = bench.send('f1', 'ada', 2, post('hello'))
  assert.deepEqual(bench.reply(send), { kind: 'refused', code: 'unavailable' })
  const frame = { t: 'user', ask: 1, name: 'ada' } as const
  const ask = bench.request('f1', { kind: 'ask', by: 'u-ada', device: 'device-ada', frame })
  assert.equal(bench.reply(ask).kind, 'answer')
})

test('a failed append refuses its requests; if it lands all the same, all is well', () => {
  const bench = Bench.withRoom()
  const first = bench.send('f1', 'ada', 2, post('hello'))
  const record = bench.appends.shift()!
  bench.node.appendFailed(bench.now, record.id, { code: 'unavailable' })
  bench.turn()
  assert.deepEqual(bench.reply(first), { kind: 'refused', code: 'unavailable' })
  bench.appends.push(record)
  bench.land()
  const again = bench.send('f1', 'ada', 2, post('hello'))
  assert.equal(bench.appends.length, 0)
  assert.equal(bench.reply(again).kind, 'sent')
})

test('[P3] every front-end with a feed gets the new entries, encoded once', () => {
  const bench = Bench.withRoom()
  bench.greet('f2')
  bench.frame('f1', { t: 'feed', room: 'r1', from: 2 })
  bench.frame('f2', { t: 'feed', room: 'r1', from: 1 })
  bench.send('f1', 'ada', 2, post('hello'))
  bench.land()
  const indexes = (link: string) =>
    bench
      .down(link, 'entries')
      .flatMap((frame) => frame.entries.map((fed) => (JSON.parse(fed.json) as Entry).index))
  assert.deepEqual(indexes('f1'), [2])
  assert.deepEqual(indexes('f2'), [1, 2])
})

test('a front-end hears of presence and of typing, also of its own people', () => {
  const bench = Bench.withRoom()
  bench.greet('f2')
  bench.frame('f2', { t: 'feed', room: 'r1', from: 2 })
  const added = [{ session: 's1', user: 'u-ada', name: 'ada', rooms: ['r1'] }]
  bench.frame('f1', { t: 'clients', all: true, added, removed: [] })
  bench.tick(100)
  const { online, count } = bench.down('f2', 'presence').at(-1)!
  assert.deepEqual([online, count], [['u-ada'], 1])
  const typing: LinkDown = { t: 'typing', room: 'r1', user: 'u-ada', name: 'ada', on: true }
  bench.frame('f1', typing)
  for (const link of ['f1', 'f2']) assert.deepEqual(bench.down(link, 'typing'), [typing])
})

test('a link that does not say hello first, or in another version, is closed', () => {
  const bench = new Bench()
  bench.node.linkOpened(bench.now, 'f1')
  bench.frame('f1', { t: 'unfeed', room: 'r1' })
  bench.node.linkOpened(bench.now, 'f2')
  const hello = { t: 'hello', frontend: 'f2', incarnation: 'x', address: '' } as const
  bench.frame('f2', { ...hello, version: 999 })
  assert.deepEqual(
    bench.others.map((output) => output.kind === 'close' && output.link),
    ['f1', 'f2'],
  )
})

test('[P9] it drains when nothing waits and no feed is left', () => {
  const bench = Bench.withRoom()
  bench.frame('f1', { t: 'feed', room: 'r1', from: 2 })
  const request = bench.send('f1', 'ada', 2, post('last words'))
  bench.node.beginDrain(bench.now)
  bench.turn()
  assert.equal(bench.down('f1', 'health').at(-1)!.health.isDraining, true)
  bench.tick(1_000)
  bench.land()
  assert.equal(bench.reply(request).kind, 'sent')
  bench.tick(100)
  assert.deepEqual(bench.others, [])
  bench.frame('f1', { t: 'unfeed', room: 'r1' })
  bench.tick(100)
  assert.deepEqual(bench.others, [{ kind: 'drained' }])
})

test('[P7] a drain ends although a feed is never taken away', () => {
  const bench = Bench.withRoom({ drainMsMax: 2_000 })
  bench.frame('f1', { t: 'feed', room: 'r1', from: 2 })
  bench.node.beginDrain(bench.now)
  bench.tick(1_999)
  assert.deepEqual(bench.others, [])
  bench.tick(1)
  assert.deepEqual(bench.others, [{ kind: 'drained' }])
})
