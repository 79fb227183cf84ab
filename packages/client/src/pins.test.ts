import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ClientEventMap, StarlingClient } from './api.ts'
import { newCertificate, oldCertificate } from './certificates.test-fixture.ts'
import type { NodeConnectOptions } from './connect-options.ts'
import { type Certificate, LittleFrontend } from './little-frontend.test-suite.ts'
import { connect } from './node.ts'
import { Profile, readProfile } from './profile.ts'

const auth = { kind: 'guest', name: 'ada' } as const

function fingerprintOf({ cert }: Certificate): string {
  return new X509Certificate(cert).fingerprint256
}

/** Comes in once and says how it went: 'online', or the code of the refusal. */
async function arrival(options: NodeConnectOptions): Promise<string> {
  const client = await connect(options)
  const ready = await client.ready()
  await client.close()
  return ready.ok ? 'online' : ready.code
}

test('a self-signed certificate is refused, unless its fingerprint is given', async () => {
  const frontend = await LittleFrontend.listen({ certificate: oldCertificate })
  const at = { addresses: [frontend.address], auth }
  assert.equal(await arrival(at), 'certificate-untrusted')
  assert.equal(frontend.heard.length, 0, 'no hello, so no token, went out')
  const fingerprint = fingerprintOf(oldCertificate)
  const plain = fingerprint.replaceAll(':', '').toLowerCase()
  assert.equal(await arrival({ ...at, pin: { fingerprint } }), 'online')
  assert.equal(
    await arrival({ ...at, auth: { ...auth, name: 'bob' }, pin: { fingerprint: plain } }),
    'online',
  )
  const wrong = fingerprintOf(newCertificate)
  assert.equal(await arrival({ ...at, pin: { fingerprint: wrong } }), 'certificate-changed')
  await frontend.crash()
})

test('on first use the person is asked once; a later change is refused', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'starling-pins-'))
  const frontend = await LittleFrontend.listen({ certificate: oldCertificate })
  const asked: string[] = []
  const answer = (isTrusted: boolean) => ({
    pin: {
      onFirstUse: ({ fingerprint }: { fingerprint: string }) => {
        asked.push(fingerprint)
        return isTrusted
      },
    },
  })
  const at = { directory, addresses: [frontend.address], auth }
  assert.equal(await arrival({ ...at, ...answer(false) }), 'certificate-refused')
  assert.equal(await arrival({ ...at, ...answer(true) }), 'online')
  assert.equal(await arrival({ directory, ...answer(true) }), 'online')
  assert.deepEqual(asked, [fingerprintOf(oldCertificate), fingerprintOf(oldCertificate)])
  assert.deepEqual(readProfile('x', directory)?.pins, {
    [frontend.address]: fingerprintOf(oldCertificate),
  })
  await frontend.crash()
  const imposter = await LittleFrontend.listen({
    certificate: newCertificate,
    port: frontend.port,
  })
  assert.equal(await arrival({ directory, ...answer(true) }), 'certificate-changed')
  assert.equal(imposter.heard.length, 0)
  assert.equal(asked.length, 2)
  await imposter.crash()
  rmSync(directory, { recursive: true })
})

/** Settles with the first event that fits. */
async function told<K extends keyof ClientEventMap>(
  client: StarlingClient,
  kind: K,
  fits: (event: ClientEventMap[K]) => boolean,
): Promise<ClientEventMap[K]> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientEventMap[K]>()
  const timer = setTimeout(() => reject(new Error(`no such ${kind} came`)), 5_000)
  const undo = client.on(kind, (event) => {
    if (fits(event)) resolve(event)
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    undo()
  }
}

test('[P9] named front-ends are used only with the certificate that is trusted', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'starling-pins-'))
  const home = await LittleFrontend.listen({ certificate: oldCertificate })
  const same = await LittleFrontend.listen({ certificate: oldCertificate, server: home.server })
  const strange = await LittleFrontend.listen({ certificate: newCertificate, server: home.server })
  home.server.addresses = [strange.address, same.address]
  const asked: string[] = []
  const pin = {
    onFirstUse: ({ address }: { address: string }) => {
      asked.push(address)
      return true
    },
  }
  const client = await connect({ directory, addresses: [home.address], auth, pin })
  await client.ready()
  const leftOut = told(client, 'error', () => true)
  const moved = told(
    client,
    'connection',
    ({ state }) => state.kind === 'online' && state.address === same.address,
  )
  await home.crash()
  const { code, say } = await leftOut
  assert.equal(code, 'certificate-changed')
  assert.ok(say.includes(strange.address))
  await moved
  assert.deepEqual([asked, strange.heard], [[home.address], []])
  await client.close()
  new Profile(directory).forgetPins()
  assert.deepEqual(readProfile('x', directory)?.pins, {})
  assert.equal(await arrival({ directory, addresses: [strange.address], pin }), 'online')
  assert.deepEqual(asked, [home.address, strange.address])
  await Promise.all([same.crash(), strange.crash()])
  rmSync(directory, { recursive: true })
})

test('a name that never came in does not bind the profile to it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'starling-profile-'))
  const frontend = await LittleFrontend.listen()
  const nobody = await connect({ directory, addresses: ['127.0.0.1:1'], auth })
  await nobody.close()
  const token = new Profile(directory).read()?.arriving?.token
  assert.equal(readProfile('x', directory)?.userName, undefined)
  const at = { directory, addresses: [frontend.address] }
  const owner = await connect({
    ...at,
    directory: join(directory, 'bob'),
    auth: { ...auth, name: 'bob' },
  })
  await owner.ready()
  assert.equal(await arrival({ ...at, auth: { ...auth, name: 'bob' } }), 'name-taken')
  assert.deepEqual(readProfile('x', directory), {
    name: 'x',
    directory,
    addresses: [],
    isGuest: false,
    pins: {},
  })
  assert.equal(await arrival({ ...at, auth }), 'online')
  const { identity } = new Profile(directory).read() ?? {}
  assert.deepEqual([identity?.name, identity?.isKnown], ['ada', true])
  assert.notEqual(token, undefined)
  // Who cannot come in as somebody else is still who they were.
  assert.equal(await arrival({ ...at, auth: { ...auth, name: 'bob' } }), 'name-taken')
  assert.equal(readProfile('x', directory)?.userName, 'ada')
  assert.equal(await arrival({ directory }), 'online')
  await owner.close()
  await frontend.crash()
  rmSync(directory, { recursive: true })
})

test('a profile remembers the person, and the address once somebody answered there', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'starling-profile-'))
  const frontend = await LittleFrontend.listen()
  const nobody = await connect({ directory, addresses: ['127.0.0.1:1'], auth })
  await nobody.close()
  assert.deepEqual(readProfile('x', directory)?.addresses, [])
  assert.equal(await arrival({ directory, addresses: [frontend.address], auth }), 'online')
  assert.deepEqual(readProfile('x', directory)?.addresses, [frontend.address])
  const again = await connect({ directory })
  const ready = await again.ready()
  assert.ok(ready.ok && ready.value.name === 'ada')
  await again.close()
  const token = new Profile(directory).read()?.identity?.token
  assert.match(token ?? '', /^[A-Za-z0-9_-]{43}$/)
  await assert.rejects(connect({ addresses: ['localhost'] }), /nobody has come in from here yet/)
  await assert.rejects(connect({ addresses: ['http://x'], auth }), /not the address of a server/)
  await frontend.crash()
  rmSync(directory, { recursive: true })
})
