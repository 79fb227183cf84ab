import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { knock, parseServer, type ServerAddress } from './knock.ts'

const patient = { msMax: 30_000, otherServerMs: 20, signal: new AbortController().signal }

async function listen(
  context: TestContext,
  greet: (socket: Socket) => void,
): Promise<ServerAddress> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    greet(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

const greeting = (name: string, more = {}) => {
  const info = { server_name: name, version: '2.15.1', max_payload: 1_048_576, ...more }
  return `INFO ${JSON.stringify(info)} \r\n`
}

/** Nobody listens there any more. */
async function deadServer(): Promise<ServerAddress> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return { host: '127.0.0.1', port }
}

test('servers are named with or without scheme and port', () => {
  assert.deepEqual(parseServer('nats://n1.example:4333'), { host: 'n1.example', port: 4333 })
  assert.deepEqual(parseServer('n1.example'), { host: 'n1.example', port: 4222 })
  assert.deepEqual(parseServer('tls://n1.example:80'), { host: 'n1.example', port: 80 })
  assert.deepEqual(parseServer('[::1]:4222'), { host: '::1', port: 4222 })
})

test('[P9] the first that answers is taken, without waiting for the others', async (context) => {
  const frozen = await listen(context, () => {})
  const leaving = await listen(context, (socket) => socket.write(greeting('n2', { ldm: true })))
  const good = await listen(context, (socket) => {
    const whole = greeting('n3')
    socket.write(whole.slice(0, 20))
    setImmediate(() => socket.write(whole.slice(20)))
  })
  const knocked = await knock([frozen, await deadServer(), leaving, good], patient)
  assert.deepEqual([knocked.server_name, knocked.address], ['n3', good])
  assert.equal(knocked.heard.toString(), greeting('n3'))
  knocked.socket.destroy()
})

test('[P9] the one that was left is taken again only when no other answers', async (context) => {
  const left = await listen(context, (socket) => socket.write(greeting('left')))
  const other = await listen(context, (socket) => socket.write(greeting('other')))
  const first = await knock([left, other], { ...patient, otherServerMs: 10_000, last: left })
  assert.equal(first.server_name, 'other')
  first.socket.destroy()
  const second = await knock([left, await deadServer()], { ...patient, last: left })
  assert.equal(second.server_name, 'left')
  second.socket.destroy()
})

test('[P7] when nobody answers in time it says so of each', async (context) => {
  const frozen = await listen(context, () => {})
  const stranger = await listen(context, (socket) => socket.write('HTTP/1.1 400 Bad\r\n'))
  const dead = await deadServer()
  await assert.rejects(knock([frozen, stranger, dead], { ...patient, msMax: 200 }), {
    message:
      `127.0.0.1:${frozen.port}: no answer within 200 ms; ` +
      `127.0.0.1:${stranger.port}: it is no NATS server; 127.0.0.1:${dead.port}: ECONNREFUSED`,
  })
})

test('it can be given up', async (context) => {
  const frozen = await listen(context, () => {})
  const ending = new AbortController()
  const answer = knock([frozen], { ...patient, signal: ending.signal })
  ending.abort()
  await assert.rejects(answer, /given up/)
})
