import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { LinkDown } from '@starling/core/link/down'
import type { LinkUp } from '@starling/core/link/up'
import fc from 'fast-check'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { StartError } from '../telemetry/start-error.ts'
import { LinkDialer } from './link-dialer.ts'
import { LinkServer } from './link-server.ts'
import { type LinkSecurity, type LinkTuning, linkTuning } from './link-settings.ts'

const key: LinkSecurity = { kind: 'key', clusterKey: 'k'.repeat(40) }
const plain: LinkSecurity = { kind: 'plain' }
const hello: LinkUp = {
  t: 'hello',
  version: 1,
  frontend: 'front-1',
  incarnation: 'i',
  address: 'ws://127.0.0.1:1',
}
const noFeed = (room: string): LinkDown => ({ t: 'no-feed', room })

interface BackendEnd {
  readonly server: LinkServer
  readonly opened: string[]
  readonly frames: LinkUp[]
  readonly ends: string[]
  readonly refused: string[]
}

async function backendEnd(
  t: TestContext,
  security: LinkSecurity,
  tuning: LinkTuning = linkTuning,
): Promise<BackendEnd> {
  const seen = {
    opened: [] as string[],
    frames: [] as LinkUp[],
    ends: [] as string[],
    refused: [] as string[],
  }
  const server = await LinkServer.start({
    what: 'the link port of backend test',
    listen: { host: '127.0.0.1', port: 0 },
    security,
    tuning,
    onOpen: (link) => seen.opened.push(link),
    onFrame: (_link, frame) => seen.frames.push(frame),
    onEnd: (_link, end) => seen.ends.push(end),
    onRefused: (_remote, end) => seen.refused.push(end),
  })
  t.after(() => server.abort())
  return { server, ...seen }
}

interface FrontendEnd {
  readonly dialer: LinkDialer
  readonly frames: LinkDown[]
  readonly ends: string[]
  readonly refused: string[]
  opened: number
}

function frontendEnd(t: TestContext, port: number, security: LinkSecurity): FrontendEnd {
  const frames: LinkDown[] = []
  const ends: string[] = []
  const refused: string[] = []
  const dialer = new LinkDialer({
    address: { host: '127.0.0.1', port },
    security,
    tuning: { ...linkTuning, redialMsMin: 5, redialMsMax: 20 },
    chance: () => 0.5,
    onOpen: () => {
      end.opened += 1
    },
    onFrame: (frame) => frames.push(frame),
    onEnd: (why) => ends.push(why),
    onRefused: (why) => refused.push(why),
  })
  const end: FrontendEnd = { dialer, frames, ends, refused, opened: 0 }
  t.after(() => dialer.abort())
  dialer.start()
  return end
}

for (const security of [plain, key]) {
  test(`frames go both ways over a link with security ${security.kind}`, async (t) => {
    const back = await backendEnd(t, security)
    const front = frontendEnd(t, back.server.address.port, security)
    await eventually(t, () => assert.equal(front.opened, 1))
    front.dialer.send(hello)
    front.dialer.send({ t: 'feed', room: 'r', from: 1 })
    await eventually(t, () => assert.equal(back.frames.length, 2))
    assert.deepEqual(back.frames, [hello, { t: 'feed', room: 'r', from: 1 }])
    back.server.send(back.opened[0]!, noFeed('r'))
    await eventually(t, () => assert.deepEqual(front.frames, [noFeed('r')]))
  })
}

test('a front-end with another cluster key gets no link', async (t) => {
  const back = await backendEnd(t, key)
  const other: LinkSecurity = { kind: 'key', clusterKey: 'x'.repeat(40) }
  const front = frontendEnd(t, back.server.address.port, other)
  await eventually(t, () => assert.ok(front.refused.length >= 2 && back.refused.length >= 2))
  assert.deepEqual([front.opened, back.opened], [0, []])
})

test('a peer without the cluster key is told nothing', async (t) => {
  const back = await backendEnd(t, key)
  const socket = connect(back.server.address.port, '127.0.0.1')
  socket.on('error', () => {})
  const got: Buffer[] = []
  socket.on('data', (chunk: Buffer) => got.push(chunk))
  await once(socket, 'connect')
  socket.write(Buffer.from('00000003936a6b6c', 'hex'))
  await once(socket, 'close')
  // A TLS alert at most: seven bytes of the record type 21.
  const answer = Buffer.concat(got)
  assert.ok(answer.length <= 7 && (answer.length === 0 || answer[0] === 21))
  assert.deepEqual(back.opened, [])
})

test('a key server refuses a plain front-end and a plain server a key front-end', async (t) => {
  const withKey = await backendEnd(t, key)
  const without = await backendEnd(t, plain)
  const dialsPlain = frontendEnd(t, withKey.server.address.port, plain)
  const dialsKey = frontendEnd(t, without.server.address.port, key)
  await eventually(t, () => assert.ok(dialsPlain.opened > 0))
  dialsPlain.dialer.send(hello)
  await eventually(t, () => assert.ok(dialsPlain.ends.length > 0 && dialsKey.refused.length > 0))
  assert.deepEqual([withKey.frames, without.frames, dialsKey.opened], [[], [], 0])
})

test('a link beyond loopback without key or certificates is refused at start', () => {
  const start = () =>
    new LinkDialer({
      address: { host: '192.0.2.1', port: 1 },
      security: plain,
      tuning: linkTuning,
      chance: () => 0,
      onOpen() {},
      onFrame() {},
      onEnd() {},
      onRefused() {},
    })
  assert.throws(start, (e) => e instanceof StartError && e.code === 'link-unprotected')
})

test('a short cluster key is refused at start', async (t) => {
  const short: LinkSecurity = { kind: 'key', clusterKey: 'short' }
  await assert.rejects(
    backendEnd(t, short),
    (e) => e instanceof StartError && e.code === 'cluster-key-weak',
  )
})

test('a taken port is named with the remedy', async (t) => {
  const back = await backendEnd(t, plain)
  const { port } = back.server.address
  const again = LinkServer.start({
    what: 'the link port of backend two',
    listen: { host: '127.0.0.1', port },
    security: plain,
    tuning: linkTuning,
    onOpen() {},
    onFrame() {},
    onEnd() {},
    onRefused() {},
  })
  await assert.rejects(again, (e) => {
    assert.ok(e instanceof StartError)
    assert.equal(e.code, 'port-taken')
    assert.match(e.message, new RegExp(`Port ${port} .*backend two`))
    return true
  })
})

test('a link that ends is dialled again, exactly one at a time', async (t) => {
  const back = await backendEnd(t, plain)
  const front = frontendEnd(t, back.server.address.port, plain)
  await eventually(t, () => assert.equal(back.opened.length, 1))
  back.server.closeLink(back.opened[0]!, 'test')
  await eventually(t, () => assert.equal(back.opened.length, 2))
  await eventually(t, () => assert.equal(front.opened, 2))
  assert.deepEqual(front.ends, ['closed-there'])
  assert.equal(back.server.count, 1)
})

test('a backend that was not there is found when it comes', async (t) => {
  const first = await backendEnd(t, plain)
  const { port } = first.server.address
  first.server.abort()
  const front = frontendEnd(t, port, plain)
  await eventually(t, () => assert.ok(front.refused.length >= 2))
  const server = await LinkServer.start({
    what: 'the link port of backend test',
    listen: { host: '127.0.0.1', port },
    security: plain,
    tuning: linkTuning,
    onOpen() {},
    onFrame() {},
    onEnd() {},
    onRefused() {},
  })
  t.after(() => server.abort())
  await eventually(t, () => assert.equal(front.opened, 1))
})

test('frames sent before a close still arrive', async (t) => {
  const back = await backendEnd(t, plain)
  const front = frontendEnd(t, back.server.address.port, plain)
  await eventually(t, () => assert.equal(back.opened.length, 1))
  back.server.send(back.opened[0]!, noFeed('last words'))
  await back.server.close()
  await eventually(t, () => assert.deepEqual(front.frames, [noFeed('last words')]))
})

test('[P7] above the greatest number of links a peer is refused', async (t) => {
  const back = await backendEnd(t, plain, { ...linkTuning, linksMax: 1 })
  frontendEnd(t, back.server.address.port, plain)
  await eventually(t, () => assert.equal(back.opened.length, 1))
  frontendEnd(t, back.server.address.port, plain)
  await eventually(t, () => assert.equal(back.refused[0], 'too-many-links'))
  assert.equal(back.server.count, 1)
})

for (const security of [plain, key]) {
  test(`[P8] no bytes at a ${security.kind} link port stop the backend`, async (t) => {
    const back = await backendEnd(t, security)
    const { port } = back.server.address
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => {})
        await once(socket, 'connect')
        socket.end(bytes)
        socket.resume()
        await once(socket, 'close')
      }),
      { numRuns: 100 },
    )
    const front = frontendEnd(t, port, security)
    await eventually(t, () => assert.equal(front.opened, 1))
    assert.deepEqual(back.frames, [])
  })
}

test('[P7] a peer that sends nothing is cut after the heartbeats it missed', async (t) => {
  const back = await backendEnd(t, plain, {
    ...linkTuning,
    heartbeatMs: 10,
    silentHeartbeatsMax: 3,
  })
  const socket = connect(back.server.address.port, '127.0.0.1')
  socket.on('error', () => {})
  t.after(() => socket.destroy())
  await eventually(t, () => assert.deepEqual(back.ends, ['silent']))
})
