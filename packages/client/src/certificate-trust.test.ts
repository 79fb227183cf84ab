import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CertificateTrust, type TrustOptions } from './certificate-trust.ts'

const home = 'wss://home:4600'
const other = 'wss://other:4600'

function show(fingerprint256: string, isAuthorized = false) {
  return {
    authorized: isAuthorized,
    authorizationError: new Error('self-signed certificate'),
    getPeerCertificate: () => ({ fingerprint256 }),
  }
}

function trust(pins: [string, string][], options: Partial<TrustOptions> = {}) {
  const asked: string[] = []
  const onFirstUse = ({ address }: { address: string }) => {
    asked.push(address)
    return true
  }
  const judge = new CertificateTrust(new Map(pins), { given: [home], onFirstUse, ...options })
  const verdict = async (address: string, tls: ReturnType<typeof show>) => {
    const found = await judge.judge(address, tls)
    return found.kind === 'trusted' ? 'trusted' : `${found.kind} ${found.why.code}`
  }
  return { verdict, asked }
}

test('a learned front-end with the certificate that is trusted needs no question', async () => {
  const { verdict, asked } = trust([])
  assert.equal(await verdict(home, show('AA')), 'trusted')
  assert.equal(await verdict(other, show('AA')), 'trusted')
  assert.deepEqual(asked, [home])
})

test('a learned front-end with another certificate is left out, never asked about', async () => {
  const { verdict, asked } = trust([[home, 'AA']])
  assert.equal(await verdict(other, show('BB')), 'left-out certificate-changed')
  assert.equal(await verdict(other, show('BB')), 'left-out certificate-changed')
  assert.deepEqual(asked, [])
  const unpinned = trust([])
  assert.equal(await unpinned.verdict(other, show('BB')), 'left-out certificate-untrusted')
  assert.deepEqual(unpinned.asked, [])
})

test('a learned front-end that went on to the trusted certificate is trusted again', async () => {
  const pins: [string, string][] = [
    [home, 'BB'],
    [other, 'AA'],
  ]
  const { verdict } = trust(pins)
  assert.equal(await verdict(other, show('BB')), 'trusted')
  assert.equal(await verdict(other, show('CC')), 'left-out certificate-changed')
})

test('where the person trusted one, another is refused, also one trusted elsewhere', async () => {
  const pins: [string, string][] = [
    [home, 'AA'],
    [other, 'BB'],
  ]
  const { verdict, asked } = trust(pins)
  assert.equal(await verdict(home, show('BB')), 'rejected certificate-changed')
  assert.deepEqual(asked, [])
})

test('the only fingerprint to accept goes before all others and before authorities', async () => {
  const { verdict } = trust([[home, 'AA']], { fingerprint: 'b:b' })
  assert.equal(await verdict(home, show('AA')), 'rejected certificate-changed')
  assert.equal(await verdict(home, show('CC', true)), 'rejected certificate-changed')
  assert.equal(await verdict(other, show('AA')), 'left-out certificate-changed')
  assert.equal(await verdict(other, show('BB')), 'trusted')
})

test('a certificate that a known authority signed is trusted everywhere', async () => {
  const { verdict, asked } = trust([[home, 'AA']])
  assert.equal(await verdict(home, show('CC', true)), 'trusted')
  assert.equal(await verdict(other, show('CC', true)), 'trusted')
  assert.deepEqual(asked, [])
})
