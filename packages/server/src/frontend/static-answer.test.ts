import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { fakeFrontend } from './fake-node.test-fixture.ts'
import { isOriginAllowed, originsOf } from './origin-policy.ts'
import { answerRequest } from './static-answer.ts'
import { StaticSite } from './static-site.ts'

const script = `console.log("${'a web client '.repeat(200)}")`

function siteFolder(t: TestContext, files: { readonly [path: string]: string | Buffer }): string {
  const folder = mkdtempSync(join(tmpdir(), 'starling-site-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'assets'))
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content)
  return folder
}

const built = {
  'index.html': '<!doctype html><title>Starling</title>',
  'sw.js': 'self',
  'manifest.webmanifest': '{}',
  'assets/main-Ab3_x9Zq.js': script,
  'assets/made-Ab3_x9Zq.css': 'a{}'.repeat(300),
  'assets/made-Ab3_x9Zq.css.br': Buffer.from('made by the build'),
  'assets/main-Ab3_x9Zq.js.map': '{}',
  '.sources': 'secret',
}

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** The path goes out as it is written here. */
async function get(
  port: number,
  path: string,
  more: { method?: string; headers?: { [name: string]: string } } = {},
): Promise<Got> {
  const asked = request({ host: '127.0.0.1', port, path, ...more })
  asked.end()
  const [answer] = await once(asked, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }
}

test('the web client is at /, new at each start, its hashed files for ever', async (t) => {
  const { port } = (await fakeFrontend(t, { site: siteFolder(t, built) })).frontend
  const home = await get(port, '/?room=1')
  assert.equal(home.status, 200)
  assert.equal(home.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(home.headers['cache-control'], 'no-cache')
  assert.equal(String(home.body), built['index.html'])
  const hashed = await get(port, '/assets/main-Ab3_x9Zq.js')
  assert.equal(hashed.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(hashed.headers['content-type'], 'text/javascript; charset=utf-8')
  const worker = await get(port, '/sw.js')
  assert.equal(worker.headers['cache-control'], 'no-cache')
  const manifest = await get(port, '/manifest.webmanifest')
  assert.equal(manifest.headers['content-type'], 'application/manifest+json')
})

test('a page from here may do what the client needs, and nothing else', async (t) => {
  const address = 'wss://chat.example.org'
  const change = { site: siteFolder(t, built), otherAddresses: [address] }
  const { port } = (await fakeFrontend(t, change)).frontend
  const { headers } = await get(port, '/')
  const own = `ws://127.0.0.1:${port}`
  assert.equal(
    headers['content-security-policy'],
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
      `font-src 'self'; connect-src 'self' ${own} ${address}; worker-src 'self'; ` +
      "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  )
  for (const path of ['/', '/assets/main-Ab3_x9Zq.js', '/nothing']) {
    const { headers } = await get(port, path)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.match(headers['permissions-policy'] as string, /camera=\(\)/)
    assert.match(headers['content-security-policy'] as string, /^default-src 'none'/)
  }
})

test('[P8] a host that is none is not repeated in the policy', async (t) => {
  const { port } = (await fakeFrontend(t, { site: siteFolder(t, built) })).frontend
  for (const host of ["x; script-src 'unsafe-eval'", 'a b', '[', '\x7f']) {
    const { headers } = await get(port, '/', { headers: { host } }).catch(() => ({ headers: {} }))
    const policy = (headers as IncomingHttpHeaders)['content-security-policy'] ?? ''
    assert.doesNotMatch(String(policy), /unsafe|a b|\[/)
  }
})

test('files leave compressed as the browser takes them, by the build where it did', async (t) => {
  const { port } = (await fakeFrontend(t, { site: siteFolder(t, built) })).frontend
  const path = '/assets/main-Ab3_x9Zq.js'
  const as = (encoding: string) => get(port, path, { headers: { 'accept-encoding': encoding } })
  const br = await as('gzip, deflate, br')
  assert.equal(br.headers['content-encoding'], 'br')
  assert.equal(br.headers.vary, 'accept-encoding')
  assert.equal(String(brotliDecompressSync(br.body)), script)
  const gzip = await as('gzip;q=1.0, br;q=0')
  assert.equal(gzip.headers['content-encoding'], 'gzip')
  assert.equal(String(gunzipSync(gzip.body)), script)
  const plain = await as('identity')
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.equal(String(plain.body), script)
  const made = await get(port, '/assets/made-Ab3_x9Zq.css', {
    headers: { 'accept-encoding': 'br' },
  })
  assert.equal(String(made.body), 'made by the build')
})

test('what a browser holds is not sent again', async (t) => {
  const { port } = (await fakeFrontend(t, { site: siteFolder(t, built) })).frontend
  for (const encoding of ['br', 'identity']) {
    const asked = { 'accept-encoding': encoding }
    const first = await get(port, '/assets/main-Ab3_x9Zq.js', { headers: asked })
    const again = await get(port, '/assets/main-Ab3_x9Zq.js', {
      headers: { ...asked, 'if-none-match': `"other", W/${first.headers.etag}` },
    })
    assert.deepEqual([again.status, again.body.length], [304, 0])
    const head = await get(port, '/assets/main-Ab3_x9Zq.js', { method: 'HEAD', headers: asked })
    assert.equal(head.headers['content-length'], first.headers['content-length'])
    assert.deepEqual([head.status, head.body.length], [200, 0])
  }
})

test('[P8] no path reaches a file that is not of the web client', async (t) => {
  const { port } = (await fakeFrontend(t, { site: siteFolder(t, built) })).frontend
  const paths = [
    '/nothing',
    '/.sources',
    '/assets',
    '/assets/',
    '/assets/main-Ab3_x9Zq.js.map',
    '/assets/made-Ab3_x9Zq.css.br',
    '/../package.json',
    '/assets/../../../../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '//etc/passwd',
    '/\\..\\..',
    '/%00',
    '/__proto__',
    '/constructor',
  ]
  for (const path of paths) assert.deepEqual([path, (await get(port, path)).status], [path, 404])
  const posted = await get(port, '/', { method: 'POST' })
  assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET, HEAD'])
})

test('[P7] whoever asks for a file and does not read it is cut', async (t) => {
  const folder = siteFolder(t, { ...built, 'large.bin': Buffer.alloc(32 * 1024 * 1024) })
  const unreadMsMax = 50
  const pages = { site: new StaticSite(folder), addresses: [], unreadMsMax }
  const server = createServer((asked, answer) => void answerRequest(asked, answer, pages))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const connected = once(server, 'connection')
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => reader.destroy())
  reader.on('error', () => {})
  reader.write('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [socket] = await connected
  await once(socket, 'close')
})

test('without a built client / says how to build it; once built it is served', async (t) => {
  const folder = siteFolder(t, {})
  const { port } = (await fakeFrontend(t, { site: folder })).frontend
  const before = await get(port, '/')
  assert.equal(before.status, 200)
  assert.match(String(before.body), /not built yet.*"node scripts\/setup\.mjs"/)
  writeFileSync(join(folder, 'index.html'), 'first')
  assert.equal(String((await get(port, '/')).body), 'first')
  writeFileSync(join(folder, 'index.html'), 'second')
  utimesSync(join(folder, 'index.html'), 1, 1)
  assert.equal(String((await get(port, '/')).body), 'second')
})

test('with the web client turned off / tells how to come in otherwise', async (t) => {
  const { port } = (await fakeFrontend(t)).frontend
  const { status, body } = await get(port, '/')
  assert.equal(status, 200)
  assert.match(String(body), /^This is a Starling front-end\. Connect with/)
})

test('the pages of all front-ends may connect to each of them, and no others', () => {
  const addresses = ['wss://a.example.org', 'ws://b.example.org:4600']
  const policy = { listed: [], ownHosts: [], ownOrigins: originsOf(addresses) }
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['https://a.example.org', 'b.example.org:4600', true],
    ['http://b.example.org:4600', 'a.example.org', true],
    ['http://a.example.org', 'b.example.org:4600', false],
    ['https://a.example.org:444', 'b.example.org:4600', false],
    ['https://evil.example.org', 'a.example.org', false],
    ['http://localhost:4600', '127.0.0.1:4600', true],
    ['http://127.0.0.1:4600', 'localhost:4600', true],
    ['http://[::1]:4600', 'localhost:4600', true],
    ['http://localhost:9999', '127.0.0.1:4600', false],
    ['http://localhost:4600', 'chat.example.org:4600', false],
  ]
  for (const [origin, host, isAllowed] of cases) {
    assert.deepEqual(
      [origin, host, isOriginAllowed(origin, host, policy)],
      [origin, host, isAllowed],
    )
  }
})
