import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import type { Publication } from '@starling/protocol/up'
import { fromBase64url, toBase64url } from '../mls/base64url.ts'
import { readDeviceIdentity, writeDeviceIdentity } from '../mls/device-identity.ts'
import { type BenchDevice, GroupBench } from './group-bench.test-fixture.ts'

/** What a device's cipher wants published, which is kept back. */
function publicationOf(bench: GroupBench, device: BenchDevice): Publication {
  const { user } = device
  const me = { user, device: device.device }
  const work = { kind: 'prepare', me, keys: bench.keys(device) } as const
  const { publish } = bench.works(device, 'prepared', work)
  assert.ok(publish !== undefined)
  return publish
}

function publish(bench: GroupBench, device: BenchDevice, keys: Publication) {
  return bench.applyOne(bench.operation(device, { t: 'publish', ...keys }))
}

test('[E2] a first publication makes identity 1, certifies the device, lays out packages', () => {
  const bench = new GroupBench()
  const ann = bench.unpublished('ann')
  const keys = publicationOf(bench, ann)
  assert.ok(publish(bench, ann, keys).ok)
  assert.deepEqual(bench.lastBody(ann.user), { kind: 'identity', version: 1 })
  const told = bench.keys(ann)
  assert.deepEqual([told.version, told.identity], [1, keys.identity!.key])
  const { linkKey } = keys
  const link = linkKey === undefined ? {} : { linkKey }
  assert.deepEqual(told.devices, [{ device: ann.device, certificate: keys.certificate, ...link }])
  assert.equal(told.mine?.packages, keys.packages!.length)
  assert.equal(told.mine?.hasLastResort, true)
})

test('[E2] identities count up by one; another key of the same version is refused', () => {
  const bench = new GroupBench()
  const ann = bench.unpublished('ann')
  const keys = publicationOf(bench, ann)
  const { key } = keys.identity!
  const other = `${key.slice(0, -2)}AA`
  const of = (version: number, of = key) => publish(bench, ann, { identity: { key: of, version } })
  assert.deepEqual(of(2), { ok: false, code: 'invalid' })
  assert.deepEqual(of(1, 'AAAA'), { ok: false, code: 'invalid' })
  assert.ok(publish(bench, ann, keys).ok)
  assert.ok(of(1).ok, 'a repeat')
  assert.deepEqual(of(1, other), { ok: false, code: 'invalid' })
  assert.ok(of(2, other).ok)
  assert.deepEqual(of(1), { ok: false, code: 'invalid' }, 'a late copy')
  assert.equal(bench.keys(ann).version, 2)
})

test('[E2] a new identity voids the certificates and packages of all devices', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  const phone = bench.secondDevice(ann, 'd-phone')
  bench.link(phone, ann)
  assert.equal(bench.keys(ann).devices.length, 2)
  const keys = bench.keys(ann)
  const { publish: reset } = bench.works(ann, 'publish', { kind: 'reset-identity', keys })
  bench.settles(ann, { t: 'publish', ...reset })
  const told = bench.keys(phone)
  assert.equal(told.version, 2)
  assert.equal(
    told.devices.some(({ device }) => device === phone.device),
    false,
  )
  assert.deepEqual([told.mine?.packages, told.mine?.hasLastResort], [0, false])
})

test('[E2] a recovery may be replaced, and a late copy of the old one does not come back', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  const { identity: key = '', version } = bench.keys(ann)
  const recovery = () => bench.keys(ann).mine?.recovery
  for (const one of ['b25l', 'dHdv', 'b25l', 'dHdv']) {
    assert.ok(publish(bench, ann, { identity: { key, version, recovery: one } }).ok)
  }
  assert.equal(recovery(), 'dHdv')
  const bob = bench.person('bob')
  assert.equal(bench.keys(bob, ann.user).mine, undefined)
})

test('[E3] a certificate names its device and the present identity key', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  const { certificate } = bench.keys(bob).devices[0]!
  const refused = { ok: false, code: 'bad-group' }
  assert.deepEqual(publish(bench, ann, { certificate }), refused)
  assert.deepEqual(publish(bench, ann, { certificate: 'AAAA' }), refused)
  const phone = bench.secondDevice(ann, 'd-phone')
  const own = bench.keys(ann).devices[0]!.certificate
  assert.deepEqual(publish(bench, phone, { certificate: own }), refused)
})

test('[E3] of two certificates of a device that made later stands, whichever comes last', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  const before = bench.keys(ann).devices[0]!.certificate
  const after = certificateLike(before, 1)
  assert.ok(publish(bench, ann, { certificate: after }).ok)
  assert.equal(bench.keys(ann).mine?.packages, 0, 'what was laid out was of the one before')
  assert.ok(publish(bench, ann, { certificate: before, linkKey: 'AAAA' }).ok)
  assert.equal(bench.keys(ann).devices[0]?.certificate, after)
  assert.notEqual(bench.keys(ann).devices[0]?.linkKey, 'AAAA')
})

test('[E3] a device that is not linked has a link key, which its person alone is told', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  const phone = bench.secondDevice(ann, 'd-phone')
  const unlinked = bench.keys(ann).mine?.unlinked
  assert.deepEqual(
    unlinked?.map(({ device, label }) => [device, label]),
    [[phone.device, 'd-phone']],
  )
  assert.equal(bench.keys(bob, ann.user).devices.length, 1)
  bench.link(phone, ann)
  assert.deepEqual(bench.keys(ann).mine?.unlinked, [])
  assert.equal(bench.keys(bob, ann.user).devices.length, 2)
})

test('[E3] a device that lost its keys is listed again; a late copy does nothing', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann, bob)
  const lost = bench.keys(bob).devices[0]!.certificate
  const says = { linkKey: 'bmV3', lost }
  assert.ok(publish(bench, bob, { ...says, lost: `${lost.slice(0, -4)}AAAA` }).ok)
  assert.equal(bench.keys(bob).devices.length, 1, 'of another certificate')
  for (let again = 0; again < 2; again += 1) assert.ok(publish(bench, bob, says).ok)
  const { devices, mine } = bench.keys(bob)
  assert.deepEqual([devices, mine?.packages, mine?.hasLastResort], [[], 0, false])
  assert.deepEqual(mine?.unlinked, [{ device: bob.device, label: '', linkKey: 'bmV3' }])
  assert.deepEqual(bench.group(ann, 'r1').removals, [1])
  assert.ok(publish(bench, bob, { certificate: lost }).ok, 'a late copy')
  assert.deepEqual(bench.keys(bob).devices, [])

  const later = certificateLike(lost, 1)
  assert.ok(publish(bench, bob, { certificate: later }).ok)
  assert.ok(publish(bench, bob, says).ok, 'a late copy')
  assert.equal(bench.keys(bob).devices[0]?.certificate, later)
  assert.deepEqual(bench.keys(bob).mine?.unlinked, [])
})

function certificateLike(certificate: string, laterMs: number): string {
  const identity = readDeviceIdentity(fromBase64url(certificate)!)!
  return toBase64url(writeDeviceIdentity({ ...identity, createdMs: identity.createdMs + laterMs }))
}

test('[E3] nobody publishes for a device that is not theirs or was revoked', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  const asBob = { ...ann, device: bob.device }
  assert.deepEqual(publish(bench, asBob, { linkKey: 'AAAA' }), { ok: false, code: 'bad-token' })
  bench.accepts({ kind: 'revoke', user: ann.user, devices: [ann.device] })
  assert.deepEqual(publish(bench, ann, { linkKey: 'AAAA' }), { ok: false, code: 'bad-token' })
})

test('[E4] packages are of the certificate of their device, and the last resort says so', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.unpublished('ann'), bench.unpublished('bob')]
  const [keys, others] = [publicationOf(bench, ann), publicationOf(bench, bob)]
  const { identity, certificate, packages = [], lastResort } = keys
  const refused = { ok: false, code: 'bad-group' }
  assert.deepEqual(publish(bench, ann, { packages }), { ok: false, code: 'not-certified' })
  const certified = { identity, certificate } as Publication
  for (const wrong of [
    { packages: others.packages! },
    { packages: ['AAAA'] },
    { packages: [lastResort!] },
    { lastResort: packages[0]! },
  ]) {
    assert.deepEqual(publish(bench, ann, { ...certified, ...wrong }), refused)
  }
  assert.equal(bench.keys(ann).version, 0, 'nothing of what is refused stands')
})

test('[E4] what was laid out stays once, and of too many the newest stay', () => {
  const bench = new GroupBench()
  const ann = bench.unpublished('ann')
  const keys = publicationOf(bench, ann)
  for (let again = 0; again < 3; again += 1) assert.ok(publish(bench, ann, keys).ok)
  assert.equal(bench.keys(ann).mine?.packages, keys.packages!.length)
  const laidOut = (limit: number) =>
    bench.store.keys.packages(ann.device, limit).map((row) => row.package)
  assert.deepEqual(laidOut(1_000), keys.packages)
  bench.store.transact(bench.store.position + 1, () => {
    for (let n = 0; n < limits.keyPackagesPerDeviceMax; n += 1) {
      const row = { device: ann.device, initKey: `i${n}`, package: `p${n}`, notAfter: 1 }
      bench.store.keys.putPackage(row)
    }
  })
  assert.ok(publish(bench, ann, keys).ok)
  assert.equal(bench.keys(ann).mine?.packages, limits.keyPackagesPerDeviceMax)
  assert.deepEqual(laidOut(1), ['p0'])
})
