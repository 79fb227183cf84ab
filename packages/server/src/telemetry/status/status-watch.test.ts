import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { FrontendFigures } from '@starling/core/frontend/frontend-io'
import { AdminServer } from '../admin-server.ts'
import { eventually } from '../eventually.test-fixture.ts'
import { registerFigures } from '../figures-to-metrics.ts'
import type { StatusPicture } from './status-picture.ts'
import { StatusWatch } from './status-watch.ts'

interface Fake {
  readonly url: string
  status: 'active' | 'down'
  asked: number
}

async function frontend(t: TestContext, peerPort = 0): Promise<Fake> {
  const fake: { url: string; status: Fake['status']; asked: number } = {
    url: '',
    status: 'active',
    asked: 0,
  }
  const figures = () => {
    fake.asked += 1
    const { status } = fake
    const backend = { name: 'p1', rank: 'primary', status, why: '', clients: 0, inFlight: 0 }
    const view = { ...backend, requestsTotal: 0, latencyMs: 0, feeds: 0, health: undefined }
    const totals = { requestsTotal: 0, resentTotal: 0, entriesInTotal: 0, entriesOutTotal: 0 }
    const present = { name: 'one', address: 'ws://one', clients: 0, followers: 0, waiting: 0 }
    const counts = { refusalsTotal: {}, decisionsTotal: {} }
    return { ...present, ...totals, ...counts, backends: [view] } as unknown as FrontendFigures
  }
  const peers = [
    { role: 'frontend', name: 'one', address: 'ws://one', port: peerPort },
    { role: 'backend', name: 'p1', address: '127.0.0.1:1', port: peerPort },
  ] as const
  const status = new StatusWatch({
    ...{ name: 'one', address: 'ws://one', policy: 'size-and-clients', engine: undefined },
    ...{ peers, figures },
  })
  const server = await AdminServer.start(
    { host: '127.0.0.1', port: 0 },
    {
      ...{ role: 'frontend', name: 'one', version: '1', startedAt: 1, status, figures },
      registry: registerFigures([], () => ({})),
      notReady: () => undefined,
    },
  )
  t.after(() => server.close())
  return Object.assign(fake, { url: `http://127.0.0.1:${server.port}` })
}

function watch(t: TestContext, url: string): StatusPicture[] {
  const pictures: StatusPicture[] = []
  const asked = request(`${url}/status/pictures`, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('error', () => {})
    response.on('data', (part: string) => {
      text += part
      const events = text.split('\n\n')
      text = events.pop()!
      for (const event of events) {
        if (event.startsWith('data: ')) pictures.push(JSON.parse(event.slice(6)))
      }
    })
  })
  asked.on('error', () => {})
  asked.end()
  t.after(() => asked.destroy())
  return pictures
}

test('a change of a backend’s state is told at once, and back again', async (t) => {
  const it = await frontend(t)
  const pictures = watch(t, it.url)
  const last = () => pictures.at(-1)?.backends[0]?.state
  await eventually(t, () => assert.equal(last(), 'active'))
  it.status = 'down'
  await eventually(t, () => assert.equal(last(), 'down'))
  it.status = 'active'
  await eventually(t, () => assert.equal(last(), 'active'))
})

test('nothing is looked at while nobody watches', async (t) => {
  const it = await frontend(t)
  const stop = new AbortController()
  const response = await fetch(`${it.url}/status/pictures`, { signal: stop.signal })
  await response.body!.getReader().read()
  assert.ok(it.asked > 0)
  stop.abort()
  let [before, sinceMs] = [-1, 0]
  await eventually(t, () => {
    if (it.asked !== before) sinceMs = performance.now()
    before = it.asked
    // Several times the pace at which it is looked at.
    assert.ok(performance.now() - sinceMs > 500)
  })
})

test('[P7] only so many may watch at once', async (t) => {
  const { url } = await frontend(t)
  for (let at = 0; at < 16; at += 1) {
    const pictures = watch(t, url)
    await eventually(t, () => assert.ok(pictures.length > 0))
  }
  assert.equal(await (await fetch(`${url}/status/pictures`)).text(), '')
})

test('other roles are asked at their admin ports, and strangers are not believed', async (t) => {
  const peer = await frontend(t)
  const asker = await frontend(t, Number(new URL(peer.url).port))
  const pictures = watch(t, asker.url)
  await eventually(t, () => {
    assert.deepEqual(
      pictures.at(-1)?.frontends.map(({ state }) => state),
      ['running', 'running'],
    )
  })
  assert.equal(pictures.at(-1)?.log.recordsPerSecond, undefined)
})

test('the page comes under a strict policy, to browsers on this machine alone', async (t) => {
  const { url } = await frontend(t)
  const page = await fetch(`${url}/status`, { headers: { accept: 'text/html' } })
  assert.match(
    page.headers.get('content-security-policy')!,
    /^default-src 'none'; script-src 'self'/,
  )
  const text = await page.text()
  const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!)
  assert.ok(named.length >= 2)
  const imported = new Set(named)
  for (const path of imported) {
    const file = await fetch(`${url}${path}`)
    assert.equal(file.status, 200, path)
    for (const [, name] of (await file.text()).matchAll(/from '\.\/([^']+)'/g)) {
      imported.add(`/status/${name}`)
    }
  }
  assert.ok(imported.size >= 6)
  assert.equal((await fetch(`${url}/status/../admin-server.ts`)).status, 404)
  assert.equal((await (await fetch(`${url}/status`)).json()).name, 'one')
  assert.equal((await (await fetch(`${url}/figures`)).json()).name, 'one')
  const foreign = await new Promise<number | undefined>((resolve) => {
    const headers = { host: 'evil.example', accept: 'text/html' }
    request(`${url}/status`, { headers }, ({ statusCode }) => resolve(statusCode)).end()
  })
  assert.equal(foreign, 403)
})
