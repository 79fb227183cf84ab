import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { LinkUp } from '@starling/core/link/up'
import { generate } from 'selfsigned'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { StartError } from '../telemetry/start-error.ts'
import { LinkDialer } from './link-dialer.ts'
import { LinkServer } from './link-server.ts'
import { type LinkSecurity, linkTuning } from './link-settings.ts'

interface Authority {
  readonly cert: string
  readonly key: string
}

async function authority(name: string): Promise<Authority> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/** A certificate for 127.0.0.1 that `by` signed, as a server trusts `trusted`. */
async function certificates(
  t: TestContext,
  by: Authority,
  trusted: Authority = by,
): Promise<LinkSecurity> {
  const made = await generate([{ name: 'commonName', value: 'server' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: by,
    extensions: [
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  })
  const folder = mkdtempSync(join(tmpdir(), 'starling-link-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  return {
    kind: 'certificates',
    certFile: write('cert.pem', made.cert),
    keyFile: write('key.pem', made.private),
    caFile: write('ca.pem', trusted.cert),
  }
}

interface Pair {
  readonly dialer: LinkDialer
  readonly frames: readonly LinkUp[]
  readonly refused: readonly string[]
  readonly opened: readonly string[]
}

async function link(t: TestContext, back: LinkSecurity, front: LinkSecurity): Promise<Pair> {
  const frames: LinkUp[] = []
  const refused: string[] = []
  const opened: string[] = []
  const server = await LinkServer.start({
    what: 'the link port of backend test',
    listen: { host: '127.0.0.1', port: 0 },
    security: back,
    tuning: linkTuning,
    onOpen: () => opened.push('backend'),
    onFrame: (_link, frame) => frames.push(frame),
    onEnd() {},
    onRefused: () => refused.push('backend'),
  })
  const dialer = new LinkDialer({
    address: server.address,
    security: front,
    tuning: linkTuning,
    chance: () => 0,
    onOpen: () => opened.push('frontend'),
    onFrame() {},
    onEnd() {},
    onRefused: () => refused.push('frontend'),
  })
  t.after(() => {
    dialer.abort()
    server.abort()
  })
  dialer.start()
  return { dialer, frames, refused, opened }
}

test('two servers with certificates of one authority are linked', async (t) => {
  const ours = await authority('ours')
  const it = await link(t, await certificates(t, ours), await certificates(t, ours))
  await eventually(t, () => assert.deepEqual([...it.opened].sort(), ['backend', 'frontend']))
  it.dialer.send({ t: 'unfeed', room: 'r' })
  await eventually(t, () => assert.deepEqual(it.frames, [{ t: 'unfeed', room: 'r' }]))
})

test('a front-end whose certificate another authority signed gets no link', async (t) => {
  const [ours, theirs] = [await authority('ours'), await authority('theirs')]
  const front = await certificates(t, theirs, ours)
  const it = await link(t, await certificates(t, ours), front)
  await eventually(t, () => assert.ok(it.refused.includes('backend')))
  assert.equal(it.opened.includes('backend'), false)
})

test('a backend whose certificate another authority signed gets no link', async (t) => {
  const [ours, theirs] = [await authority('ours'), await authority('theirs')]
  const back = await certificates(t, theirs, ours)
  const it = await link(t, back, await certificates(t, ours))
  await eventually(t, () => assert.ok(it.refused.includes('frontend')))
  assert.equal(it.opened.includes('frontend'), false)
})

test('a certificate file that is not there is named', async (t) => {
  const ours = await authority('ours')
  const good = await certificates(t, ours)
  assert.ok(good.kind === 'certificates')
  await assert.rejects(link(t, { ...good, caFile: '/nowhere/ca.pem' }, good), (error) => {
    assert.ok(error instanceof StartError)
    assert.equal(error.code, 'certificate-unreadable')
    assert.match(error.message, /\/nowhere\/ca\.pem/)
    return true
  })
})
