import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { AdminServer, type AdminSubject } from './admin-server.ts'
import type { BackendMetricFigures } from './backend-metrics.ts'
import { backendMetrics } from './backend-metrics.ts'
import { registerFigures } from './figures-to-metrics.ts'
import { LoopDelay } from './loop-delay.ts'
import { StartError } from './start-error.ts'
import { TracePace } from './trace-pace.ts'
import { serverVersion } from './version.ts'

const figures: BackendMetricFigures = {
  clients: 3,
  inFlight: 1,
  feeds: 2,
  links: 1,
  position: 77,
  requestsTotal: 10,
  appendsTotal: 5,
  opsAppliedTotal: 9,
  settingsDiffer: [],
  digestDisputes: 0,
  refusalsTotal: { muted: 2 },
  shell: {
    loopDelayMs: 4,
    canAppend: true,
    why: '',
    linksRefusedTotal: 0,
    linksCutTotal: 0,
    appendsFailedTotal: 0,
    passwordTasksWaiting: 0,
    warnings: [],
    engine: { kind: 'sqlite', file: 'data/starling.db', bytes: 8_192 },
    snapshotsGivenTotal: 0,
    failure: '',
    limitsReachedTotal: { linksMax: 1 },
  },
}

async function admin(t: TestContext, change: Partial<AdminSubject> = {}): Promise<string> {
  const subject: AdminSubject = {
    role: 'backend',
    name: 'primary-1',
    version: '1.2.3',
    startedAt: 1,
    registry: registerFigures(backendMetrics, () => figures),
    notReady: () => undefined,
    figures: () => figures,
    ...change,
  }
  const server = await AdminServer.start({ host: '127.0.0.1', port: 0 }, subject)
  t.after(() => server.close())
  return `http://127.0.0.1:${server.port}`
}

test('a server that is ready says so, and one that is not says why', async (t) => {
  const ready = await admin(t)
  const unready = await admin(t, { notReady: () => 'the disk is full' })
  const answers = await Promise.all(
    [`${ready}/healthz`, `${ready}/readyz`, `${unready}/healthz`, `${unready}/readyz`].map(
      async (url) => {
        const response = await fetch(url)
        return [response.status, await response.text()]
      },
    ),
  )
  assert.deepEqual(answers, [
    [200, 'ok\n'],
    [200, 'ready\n'],
    [200, 'ok\n'],
    [503, 'the disk is full\n'],
  ])
})

test('the figures are metrics, each total once however often it is asked for', async (t) => {
  const url = await admin(t)
  await fetch(`${url}/metrics`)
  const text = await (await fetch(`${url}/metrics`)).text()
  for (const line of [
    'starling_backend_clients 3',
    'starling_backend_requests_total 10',
    'starling_backend_refusals_total{code="muted"} 2',
    'starling_backend_limits_reached_total{limit="linksMax"} 1',
    'starling_backend_loop_delay_seconds 0.004',
  ]) {
    assert.ok(text.split('\n').includes(line), line)
  }
})

test('the status is JSON with role, name, version and figures', async (t) => {
  const url = await admin(t)
  const status = await (await fetch(`${url}/status`)).json()
  assert.deepEqual(status, {
    role: 'backend',
    name: 'primary-1',
    version: '1.2.3',
    pid: process.pid,
    startedAt: 1,
    isReady: true,
    why: '',
    warnings: [],
    figures,
  })
})

test('what cannot be promised is told wherever state is told', async (t) => {
  const url = await admin(t, { warnings: () => ['one copy of the log only'] })
  assert.equal(
    await (await fetch(`${url}/healthz`)).text(),
    'ok\nwarning: one copy of the log only\n',
  )
  const { warnings } = await (await fetch(`${url}/status`)).json()
  assert.deepEqual(warnings, ['one copy of the log only'])
})

test('a request that names another host is refused', async (t) => {
  const url = await admin(t)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${url}/status`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end()
  })
  assert.equal(status, 403)
})

test('an admin address beyond loopback is refused at start', async () => {
  const subject: AdminSubject = {
    role: 'backend',
    name: 'b',
    version: serverVersion(),
    startedAt: 1,
    registry: registerFigures(backendMetrics, () => figures),
    notReady: () => undefined,
    figures: () => figures,
  }
  await assert.rejects(
    AdminServer.start({ host: '0.0.0.0', port: 0 }, subject),
    (error) => error instanceof StartError && error.code === 'admin-exposed',
  )
})

test('[P7] trace lines that strangers cause are left out and counted', () => {
  const pace = new TracePace()
  assert.deepEqual(
    [0, 1, 999, 1_000, 1_001, 5_000].map((at) => pace.next(at)),
    [0, undefined, undefined, 2, undefined, 1],
  )
})

test('the delay of the event loop is the worst of the last moments, and is forgotten', () => {
  const delay = new LoopDelay(25, 0)
  delay.tick(25)
  delay.tick(150)
  assert.equal(delay.ms, 100)
  for (let at = 175; at < 2_400; at += 25) delay.tick(at)
  assert.equal(delay.ms, 0)
})
