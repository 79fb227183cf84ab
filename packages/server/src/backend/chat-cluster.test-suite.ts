/** What a front-end with two backends does for people, the same on every engine. */
import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { DownFrameOf } from '@starling/protocol/down'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { ChatClient, guestInRoom, token } from './chat-client.test-fixture.ts'
import type { ChatCluster } from './chat-cluster.test-fixture.ts'

type Start = (t: TestContext) => Promise<ChatCluster>

export function chatClusterSuite(engine: string, start: Start): void {
  describe(`a cluster on ${engine}`, () => {
    messages(start)
    people(start)
    servers(start)
  })
}

function messages(start: Start): void {
  test('[P1] a guest makes a room, posts, is acknowledged and reads it again', async (t) => {
    const { frontend } = await start(t)
    const client = await guestInRoom(t, frontend.address)
    const ack = await client.post(2, 'hello, world')
    client.send({ t: 'history', ask: 1, room: 'r1' })
    const { answer } = await client.heard('answer', (frame) => frame.ask === 1)
    assert.ok(answer.kind === 'history')
    const posts = answer.entries.filter((entry) => entry.kind === 'post')
    assert.deepEqual(
      posts.map(({ index, text }) => [index, text]),
      [[ack.index, 'hello, world']],
    )
  })

  test('[P9] a backend that crashes is felt by nobody; nothing is lost or doubled', async (t) => {
    const { frontend, backends } = await start(t)
    const client = await guestInRoom(t, frontend.address)
    await client.post(2, 'a long message')
    // Long messages go to primary 1: kill it with one on its way.
    client.send({
      t: 'send',
      room: 'r1',
      outbox: 'o1',
      number: 3,
      op: { kind: 'post', text: 'sent at the crash' },
    })
    await backends[0]!.abort()
    await client.heard('ack', (frame) => frame.number === 3)
    await client.post(4, 'after the crash')
    await client.heard('entries', ({ entries }) => entries.some((entry) => entry.number === 4))
    const entries = client.frames
      .filter((frame): frame is DownFrameOf<'entries'> => frame.t === 'entries')
      .filter((frame) => frame.room === 'r1')
      .flatMap((frame) => frame.entries)
    assert.deepEqual(
      entries.flatMap((entry) => (entry.kind === 'post' ? [[entry.number, entry.text]] : [])),
      [
        [2, 'a long message'],
        [3, 'sent at the crash'],
        [4, 'after the crash'],
      ],
    )
  })
}

function people(start: Start): void {
  test('an account is entered from a second device, but not with a wrong password', async (t) => {
    const { frontend } = await start(t)
    const first = new ChatClient(t, frontend.address)
    const password = 'correct horse'
    const made = await first.hello({ kind: 'register', name: 'grace', password, token: token() })
    const second = new ChatClient(t, frontend.address)
    const again = await second.hello({ kind: 'login', name: 'Grace', password, token: token() })
    assert.equal(again.user, made.user)
    const third = new ChatClient(t, frontend.address)
    await third.greet({ kind: 'login', name: 'grace', password: 'wrong-one', token: token() })
    const error = await third.heard('error', () => true)
    assert.equal(error.code, 'bad-credentials')
  })
}

function servers(start: Start): void {
  test('servers tell on the admin port whether they are ready', async (t) => {
    const { frontend, backends } = await start(t)
    await eventually(t, async () => {
      const ready = await fetch(`http://127.0.0.1:${frontend.adminPort}/readyz`)
      assert.equal(ready.status, 200)
    })
    const status = await (await fetch(`http://127.0.0.1:${frontend.adminPort}/status`)).json()
    assert.deepEqual(
      [status.role, status.name, status.isReady, status.figures.address],
      ['frontend', 'frontend-1', true, frontend.address],
    )
    assert.equal((await fetch(`http://127.0.0.1:${backends[0]!.adminPort}/readyz`)).status, 200)
    for (const one of backends) await one.abort()
    await eventually(t, async () => {
      const unready = await fetch(`http://127.0.0.1:${frontend.adminPort}/readyz`)
      assert.deepEqual([unready.status, await unready.text()], [503, 'no backend is active\n'])
    })
  })

  test('a backend and a front-end that are asked to stop finish what was begun', async (t) => {
    const { frontend, backends } = await start(t)
    const client = await guestInRoom(t, frontend.address)
    client.send({
      t: 'send',
      room: 'r1',
      outbox: 'o1',
      number: 2,
      op: { kind: 'post', text: 'on its way' },
    })
    await backends[0]!.close()
    await client.heard('ack', (frame) => frame.number === 2)
    await frontend.close()
    await client.heard('drain', () => true)
    await eventually(t, () => assert.equal(client.closed, 4000))
  })
}
