import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { oldCertificate } from './certificates.test-fixture.ts'
import { LittleFrontend } from './little-frontend.test-suite.ts'
import { connect } from './node.ts'
import { tlsMismatch } from './tls-mismatch.ts'

const auth = { kind: 'guest', name: 'ada' } as const

test('who greets a TLS server in plain text is told to write wss://', async () => {
  const frontend = await LittleFrontend.listen({ certificate: oldCertificate })
  const client = await connect({ addresses: [`127.0.0.1:${frontend.port}`], auth })
  const host = `127.0.0.1:${frontend.port}`
  const say = `The server at ${host} speaks TLS; connect to wss://${host}.`
  assert.deepEqual(await client.ready(), { ok: false, code: 'tls-required', say })
  await client.close()
  await frontend.crash()
})

test('who greets a plain server with TLS is told to write ws://, if that is meant', async () => {
  const frontend = await LittleFrontend.listen()
  const client = await connect({ addresses: [`wss://127.0.0.1:${frontend.port}`], auth })
  const ready = await client.ready()
  assert.ok(!ready.ok)
  assert.equal<string>(ready.code, 'tls-missing')
  assert.match(ready.say, new RegExp(`Only if that is meant.* ws://127.0.0.1:${frontend.port}`))
  await client.close()
  await frontend.crash()
})

test('[P9] one wrong scheme does not keep a client from the other front-ends', async () => {
  const secure = await LittleFrontend.listen({ certificate: oldCertificate })
  const plain = await LittleFrontend.listen()
  const addresses = [`ws://127.0.0.1:${secure.port}`, plain.address]
  const client = await connect({ addresses, auth })
  assert.ok((await client.ready()).ok)
  await client.close()
  await Promise.all([secure.crash(), plain.crash()])
})

test('a server that hangs up is no TLS server', async () => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
  assert.equal(await tlsMismatch(`ws://127.0.0.1:${port}`, error), undefined)
  await new Promise((resolve) => server.close(resolve))
})
