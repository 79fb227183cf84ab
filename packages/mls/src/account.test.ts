import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createArchiveKey, type EpochRecord, openSegment, sealSegment } from './archive.ts'
import { certifyDevice, verifyDevice } from './credential.ts'
import { createLinkKey, openFromLink, sealForLink } from './linking.ts'
import { OwnDevice } from './own-device.ts'
import {
  createRecoveryKey,
  openSecrets,
  readRecoveryKey,
  sealSecrets,
  showRecoveryKey,
} from './recovery.ts'
import { createDevice, createPerson, nowMs } from './run/members.ts'
import { safetyNumber } from './safety-number.ts'
import { openBox, sealBox } from './sealed-box.ts'
import { createHeldKey, createSeed, heldSigner, isSignedBy, seedSigner } from './signing.ts'

test('a device is who its account key signed for, with the very key', async () => {
  const account = await createPerson()
  const { publicKey } = await seedSigner(createSeed())
  const statement = { userId: 'ann', deviceId: 'phone', signatureKey: publicKey, createdMs: nowMs }
  const identity = await certifyDevice(account, statement)
  const device = await verifyDevice(identity, publicKey)
  assert.deepEqual(device, { ...statement, identity, accountKey: account.publicKey })
  const other = await createPerson()
  await assert.rejects(verifyDevice(identity, other.publicKey), { code: 'credential' })
  for (let at = 0; at < identity.length; at += 1) {
    const changed = identity.slice()
    changed[at]! ^= 1
    await assert.rejects(verifyDevice(changed, publicKey), { name: 'MlsError' }, `byte ${at}`)
  }
})

test('a device with an id that can be none is not signed for', async () => {
  const account = await createPerson()
  const statement = { userId: 'ann', signatureKey: account.publicKey, createdMs: nowMs }
  for (const deviceId of ['', 'two words', 'gerät', 'x'.repeat(65)]) {
    const signing = certifyDevice(account, { ...statement, deviceId })
    await assert.rejects(signing, { code: 'malformed' })
  }
})

test('a key that cannot be exported signs like any other', async () => {
  const pair = await createHeldKey()
  assert.equal(pair.privateKey.extractable, false)
  const signer = await heldSigner(pair)
  const message = Uint8Array.of(1, 2, 3)
  assert.equal(await isSignedBy(signer.publicKey, message, await signer.sign(message)), true)
  assert.equal(
    await isSignedBy(signer.publicKey, Uint8Array.of(1), await signer.sign(message)),
    false,
  )
  const device = await createDevice('held', { signer })
  assert.deepEqual(device.device.signatureKey, signer.publicKey)
})

test('a device does not open with an identity for another key', async () => {
  const [one, other] = await Promise.all(['one', 'other'].map((id) => createDevice(id)))
  const { identity } = one!.device
  const opening = OwnDevice.open({ identity, signer: other!.signer, check: () => true })
  await assert.rejects(opening, { code: 'credential' })
})

test('a recovery key is read as it was shown, in any case and spacing, and a slip is seen', () => {
  const key = createRecoveryKey()
  const shown = showRecoveryKey(key)
  assert.match(shown, /^([0-9A-Z]{4}-){13}[0-9A-Z]{4}$/)
  assert.deepEqual(readRecoveryKey(shown), key)
  assert.deepEqual(readRecoveryKey(` ${shown.toLowerCase().replaceAll('-', ' ')} `), key)
  assert.deepEqual(readRecoveryKey(shown.replaceAll('0', 'o').replaceAll('1', 'l')), key)
  for (const [at, sign] of [...shown].entries()) {
    const slip = shown.slice(0, at) + (sign === 'A' ? 'B' : 'A') + shown.slice(at + 1)
    assert.equal(readRecoveryKey(slip), undefined, `at ${at}`)
  }
  assert.equal(readRecoveryKey('not a key'), undefined)
})

test('[P10] the recovery key opens what it sealed, for that person alone', async () => {
  const key = createRecoveryKey()
  const secrets = { accountSeed: createSeed(), archiveKey: createArchiveKey() }
  const sealed = await sealSecrets(key, 'ann', secrets)
  assert.deepEqual(await openSecrets(key, 'ann', sealed), secrets)
  await assert.rejects(openSecrets(key, 'bob', sealed), { code: 'refused' })
  await assert.rejects(openSecrets(createRecoveryKey(), 'ann', sealed), { code: 'refused' })
  await assert.rejects(openSecrets(key, 'ann', sealed.subarray(0, 20)), { code: 'malformed' })
})

test('[P10] the archive key opens a segment with all its epochs', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const records: readonly EpochRecord[] = [ann!, bob!].map(({ device }, at) => ({
    room: 'room-1',
    gen: 1,
    epoch: BigInt(at),
    key: createSeed(),
    leaves: [{ index: at, device }],
  }))
  const key = createArchiveKey()
  const segment = await sealSegment(key, 'ann', records)
  assert.deepEqual(await openSegment(key, 'ann', segment), records)
  await assert.rejects(openSegment(key, 'bob', segment), { code: 'refused' })
  await assert.rejects(openSegment(createArchiveKey(), 'ann', segment), { code: 'refused' })
})

test('[P10] a box opens for its use and its owner alone', async () => {
  const key = createArchiveKey()
  const text = new TextEncoder().encode('verified: bob')
  const purpose = { use: 'verified', owner: 'ann' }
  const box = await sealBox(key, purpose, text)
  assert.notDeepEqual(await sealBox(key, purpose, text), box)
  assert.deepEqual(await openBox(key, purpose, box), text)
  for (const other of [
    { ...purpose, use: 'archive' },
    { ...purpose, owner: 'bob' },
  ]) {
    await assert.rejects(openBox(key, other, box), { code: 'refused' })
  }
  for (let at = 1; at < box.length; at += 1) {
    const changed = box.slice()
    changed[at]! ^= 1
    await assert.rejects(openBox(key, purpose, changed), { code: 'refused' })
  }
  await assert.rejects(openBox(key, purpose, Uint8Array.of(2)), { code: 'malformed' })
})

test('[P10] what is sealed for a link opens with the shown key and context alone', async () => {
  const [link, other] = [await createLinkKey(), await createLinkKey()]
  const text = Uint8Array.of(1, 2, 3)
  const sealed = await sealForLink(link.publicKey, 'ann 1', text)
  assert.deepEqual(await openFromLink(link, 'ann 1', sealed), text)
  await assert.rejects(openFromLink(link, 'ann 2', sealed), { code: 'refused' })
  await assert.rejects(openFromLink(other, 'ann 1', sealed), { code: 'refused' })
  await assert.rejects(openFromLink(link, 'ann 1', sealed.subarray(0, 8)), { code: 'malformed' })
  await assert.rejects(sealForLink(Uint8Array.of(1), 'ann 1', text), { code: 'refused' })
})

test('two people see the same safety number, and another one with another key', async () => {
  const accounts = ['ann', 'bob', 'bob'].map(async (userId) => {
    const { publicKey } = await createPerson()
    return { userId, accountKey: publicKey }
  })
  const [ann, bob, false_] = await Promise.all(accounts)
  const number = safetyNumber(ann!, bob!)
  assert.match(number, /^(\d{5} ){11}\d{5}$/)
  assert.equal(safetyNumber(bob!, ann!), number)
  assert.notEqual(safetyNumber(ann!, false_!), number)
  assert.notEqual(safetyNumber(ann!, { ...bob!, userId: 'rob' }), number)
})
