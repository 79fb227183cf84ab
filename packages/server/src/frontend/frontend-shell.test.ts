import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import type { BackendStatus } from '@starling/core/frontend/frontend-io'
import { type ClientOptions, WebSocket } from 'ws'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { StartError } from '../telemetry/start-error.ts'
import { silentTrace } from '../telemetry/trace.ts'
import { selfSignedCertificate } from '../tls/self-signed.ts'
import { fakeFrontend, rawClient, testSettings } from './fake-node.test-fixture.ts'

interface TestClient {
  readonly ws: WebSocket
  readonly texts: string[]
  code: number | undefined
}

function client(t: TestContext, address: string, options: ClientOptions = {}): TestClient {
  const ws = new WebSocket(address, options)
  const texts: string[] = []
  const it: TestClient = { ws, texts, code: undefined }
  ws.on('message', (data) => texts.push(String(data)))
  ws.on('error', () => {})
  ws.on('close', (code) => {
    it.code = code
  })
  t.after(() => ws.terminate())
  return it
}

test('all that is due to a client in one turn leaves in one write, once encoded', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const clients = [1, 2, 3].map(() => client(t, frontend.address))
  await eventually(t, () => assert.equal(node.sessions.length, 3))
  const texts = Array.from({ length: 50 }, (_, at) => `text ${at}`)
  for (const text of texts) node.put({ kind: 'text', sessions: [...node.sessions, 'gone'], text })
  await eventually(t, () => assert.equal(clients[2]?.texts.length, 50))
  await eventually(t, () =>
    assert.deepEqual(
      clients.map((it) => it.texts),
      [texts, texts, texts],
    ),
  )
  assert.equal(frontend.figures().shell.clientWritesTotal, 3)
})

test('a request is answered within the turn in which it came', async (t) => {
  const { node, frontend } = await fakeFrontend(t, {
    shell: { ...testSettings.shell, tickMs: 60_000 },
  })
  node.onText = (session, text) => [{ kind: 'text', sessions: [session], text: `re ${text}` }]
  const { ws, texts } = client(t, frontend.address)
  await eventually(t, () => assert.equal(ws.readyState, ws.OPEN))
  ws.send('é')
  await eventually(t, () => assert.deepEqual(texts, ['re é']))
})

test('what was said before a close still arrives, and the close tells its code', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const it = client(t, frontend.address)
  await eventually(t, () => assert.equal(node.sessions.length, 1))
  const session = node.sessions[0]!
  node.put({ kind: 'text', sessions: [session], text: 'farewell' })
  node.put({ kind: 'close', session, reason: 'logged-out' })
  node.put({ kind: 'text', sessions: [session], text: 'too late' })
  await eventually(t, () => assert.deepEqual([it.texts, it.code], [['farewell'], 4200]))
  assert.deepEqual(node.heard, ['opened', 'closed'])
})

test('[P7] a client that does not read is told of, and again when it reads', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const { socket } = rawClient(t, frontend.port)
  await eventually(t, () => assert.equal(node.sessions.length, 1))
  socket.pause()
  const text = 'x'.repeat(100_000)
  await eventually(t, () => {
    node.put({ kind: 'text', sessions: node.sessions, text })
    assert.ok(node.heard.includes('blocked'))
  })
  assert.equal(frontend.figures().shell.blockedClients, 1)
  socket.resume()
  await eventually(t, () => assert.deepEqual(node.heard, ['opened', 'blocked', 'drained']))
  assert.equal(frontend.figures().shell.limitsReachedTotal.clientWriteBytesMax, 1)
})

test('[P7] a client that does not read for too long is closed as a slow reader', async (t) => {
  const shell = { ...testSettings.shell, clientBlockedMsMax: 20, closeMsMax: 50 }
  const { node, frontend } = await fakeFrontend(t, { shell })
  const { socket } = rawClient(t, frontend.port)
  await eventually(t, () => assert.equal(node.sessions.length, 1))
  socket.pause()
  const text = 'x'.repeat(1_000_000)
  await eventually(t, () => {
    node.put({ kind: 'text', sessions: node.sessions, text })
    assert.ok(node.heard.includes('closed'))
  })
  const { limitsReachedTotal } = frontend.figures().shell
  assert.equal(limitsReachedTotal.clientBlockedMsMax, 1)
  await eventually(t, () => assert.equal(frontend.figures().shell.connections, 0))
})

test('[P7] a client for which too much waits is cut at once', async (t) => {
  const shell = { ...testSettings.shell, clientCutBytesMax: 10_000_000 }
  const { node, frontend } = await fakeFrontend(t, { shell })
  const { socket } = rawClient(t, frontend.port)
  await eventually(t, () => assert.equal(node.sessions.length, 1))
  socket.pause()
  node.put({ kind: 'text', sessions: node.sessions, text: 'x'.repeat(40_000_000) })
  await eventually(t, () => assert.deepEqual(node.heard, ['opened', 'closed']))
  assert.equal(frontend.figures().shell.limitsReachedTotal.clientCutBytesMax, 1)
})

test('only programs, listed origins and own pages may connect', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  const foreign = ['https://evil.example', 'null', `http://evil.example:${frontend.port}`]
  const refused = foreign.map((origin) => client(t, frontend.address, { origin }))
  await eventually(t, () =>
    assert.deepEqual(
      refused.map((it) => it.code),
      [1006, 1006, 1006],
    ),
  )
  const own = ['https://chat.example.org', frontend.address.replace('ws:', 'http:')]
  for (const origin of own) client(t, frontend.address, { origin })
  await eventually(t, () => assert.deepEqual(node.heard, ['opened', 'opened']))
})

test('[P7] above the greatest number of connections more are turned away', async (t) => {
  const shell = { ...testSettings.shell, connectionsMax: 2 }
  const { node, frontend } = await fakeFrontend(t, { shell })
  const first = [client(t, frontend.address), client(t, frontend.address)]
  await eventually(t, () => assert.equal(node.sessions.length, 2))
  const third = client(t, frontend.address)
  await eventually(t, () => assert.equal(third.code, 1006))
  assert.equal(frontend.figures().shell.limitsReachedTotal.connectionsMax, 1)
  first[0]?.ws.close()
  await eventually(t, () => assert.equal(frontend.figures().shell.connections, 1))
  client(t, frontend.address)
  await eventually(t, () => assert.equal(node.sessions.length, 3))
})

test('clients see the self-signed certificate whose fingerprint is printed', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'starling-frontend-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const tls = { kind: 'self-signed', dataDir, hosts: [] } as const
  const { node, frontend } = await fakeFrontend(t, { tls })
  assert.match(frontend.address, /^wss:/)
  let seen = ''
  const { ws, texts } = client(t, frontend.address, { rejectUnauthorized: false })
  ws.on('upgrade', (response) => {
    seen = (response.socket as TLSSocket).getPeerCertificate().fingerprint256
  })
  await eventually(t, () => assert.equal(node.sessions.length, 1))
  await eventually(t, () => assert.equal(seen, frontend.fingerprint))
  node.put({ kind: 'text', sessions: node.sessions, text: 'hello' })
  await eventually(t, () => assert.deepEqual(texts, ['hello']))
})

test('a renewed certificate is served without a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'starling-frontend-'))
  t.after(() => rmSync(folder, { recursive: true }))
  await selfSignedCertificate(join(folder, 'old'), [])
  const renewed = await selfSignedCertificate(join(folder, 'new'), [])
  const file = join(folder, 'old', 'self-signed.pem')
  const { frontend } = await fakeFrontend(t, {
    tls: { kind: 'files', certFile: file, keyFile: file },
    shell: { ...testSettings.shell, certificateCheckMs: 5 },
  })
  copyFileSync(join(folder, 'new', 'self-signed.pem'), file)
  await eventually(t, () => assert.equal(frontend.fingerprint, renewed.fingerprint))
  const { ws } = client(t, frontend.address, { rejectUnauthorized: false })
  const [response] = await once(ws, 'upgrade')
  assert.equal(response.socket.getPeerCertificate().fingerprint256, renewed.fingerprint)
})

test('listening beyond loopback without TLS needs an express word, and warns', async (t) => {
  const open = { host: '0.0.0.0', address: 'ws://chat.example.org' }
  await assert.rejects(
    fakeFrontend(t, open),
    (error) => error instanceof StartError && error.code === 'plaintext-refused',
  )
  const warnings: unknown[] = []
  const trace = Object.assign(silentTrace(), { warn: (...said: unknown[]) => warnings.push(said) })
  await fakeFrontend(t, { ...open, allowPlaintext: true }, trace)
  assert.equal(warnings.length, 1)
})

test('two front-ends may share a port, and a taken one is named otherwise', async (t) => {
  const first = await fakeFrontend(t, { reusePort: true })
  const { port } = first.frontend
  const second = await fakeFrontend(t, { reusePort: true, port })
  assert.equal(second.frontend.port, port)
  await assert.rejects(fakeFrontend(t, { port }), (error) => {
    assert.ok(error instanceof StartError)
    assert.equal(error.code, 'port-taken')
    assert.match(error.message, new RegExp(`${port}.*client port of front-end frontend-1`))
    return true
  })
})

test('a browser that opens the address gets a page, other paths nothing', async (t) => {
  const { frontend } = await fakeFrontend(t)
  const url = frontend.address.replace('ws:', 'http:')
  const answers = await Promise.all([fetch(url), fetch(`${url}/x`), fetch(url, { method: 'POST' })])
  assert.deepEqual(
    answers.map((it) => it.status),
    [200, 404, 405],
  )
})

test('[P9] a front-end is ready while a backend can be read from, the log or not', async (t) => {
  const { node, frontend } = await fakeFrontend(t, { admin: { host: '127.0.0.1', port: 0 } })
  const ready = async (...statuses: BackendStatus[]) => {
    node.statuses = statuses
    return (await fetch(`http://127.0.0.1:${frontend.adminPort}/readyz`)).status
  }
  assert.deepEqual(
    [
      await ready('down', 'active'),
      await ready('cut-off', 'silent'),
      await ready('silent', 'draining', 'down'),
    ],
    [200, 200, 503],
  )
})

test('a stop waits until clients are elsewhere, but not for ever', async (t) => {
  const { node, frontend } = await fakeFrontend(t)
  client(t, frontend.address)
  await eventually(t, () => assert.equal(node.sessions.length, 1))
  const closed = frontend.close()
  await eventually(t, () => assert.ok(node.heard.includes('drain')))
  node.put({ kind: 'drained' })
  await closed
  const stuck = await fakeFrontend(t, { shell: { ...testSettings.shell, drainMsMax: 10 } })
  await stuck.frontend.close()
  assert.equal(stuck.frontend.figures().shell.limitsReachedTotal.drainMsMax, 1)
})
