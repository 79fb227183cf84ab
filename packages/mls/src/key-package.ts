/**
 * Key packages: what a device leaves with the servers so that others can add it while it is away.
 * Each is used for one group and then gone; the one of last resort is for when no other is left.
 */
import {
  generateKeyPackageWithKey,
  type KeyPackage,
  makeKeyPackageRef,
  verifyKeyPackage as verifySignature,
} from 'ts-mls/keyPackage.js'
import type { Lifetime } from 'ts-mls/lifetime.js'
import { ByteReader, type Bytes, ByteWriter, plain } from './bytes.ts'
import type { Device } from './credential.ts'
import { deviceOf } from './leaf.ts'
import { MlsError, refuse } from './mls-error.ts'
import { capabilities, lastResortExtension, noPrivateKey, type OwnDevice } from './own-device.ts'
import { suiteName } from './suite.ts'
import { readKeyPackage, writeMessage } from './wire.ts'

const dayMs = 86_400_000
export const keyPackageLifetimeMsMax = 90 * dayMs
/** Other people's clocks may be behind. */
const clockSkewMs = dayMs / 4

export interface OwnKeyPackage {
  /** The package's hash, by which a welcome says whom it is for. */
  readonly ref: Bytes
  readonly bytes: Bytes
  readonly privateBytes: Bytes
}

export interface KeyPackageOptions {
  readonly count: number
  readonly isLastResort?: boolean
  readonly nowMs: number
}

export async function createKeyPackages(
  own: OwnDevice,
  { count, isLastResort = false, nowMs }: KeyPackageOptions,
): Promise<readonly OwnKeyPackage[]> {
  const made: OwnKeyPackage[] = []
  while (made.length < count) made.push(await createKeyPackage(own, nowMs, isLastResort))
  return made
}

async function createKeyPackage(own: OwnDevice, nowMs: number, isLastResort: boolean) {
  const { publicPackage, privatePackage } = await generatePackage(own, isLastResort, {
    notBefore: secondsOf(nowMs - clockSkewMs),
    notAfter: secondsOf(nowMs - clockSkewMs + keyPackageLifetimeMsMax),
  })
  return {
    ref: plain(await makeKeyPackageRef(publicPackage, own.suite.hash)),
    bytes: writeMessage({ wireformat: 'mls_key_package', keyPackage: publicPackage }),
    privateBytes: new ByteWriter()
      .sized(privatePackage.initPrivateKey)
      .sized(privatePackage.hpkePrivateKey)
      .done(),
  }
}

/** A new package as the library has it. */
export function generatePackage(own: OwnDevice, isLastResort: boolean, lifetime: Lifetime) {
  const lastResort = { extensionType: lastResortExtension, extensionData: new Uint8Array() }
  return generateKeyPackageWithKey(
    own.credential,
    capabilities,
    lifetime,
    isLastResort ? [lastResort] : [],
    { signKey: noPrivateKey, publicKey: own.device.signatureKey },
    own.suite,
  )
}

function secondsOf(ms: number): bigint {
  return BigInt(Math.floor(ms / 1000))
}

export function readPrivateKeys(privateBytes: Uint8Array) {
  const reader = new ByteReader(privateBytes)
  const [initPrivateKey, hpkePrivateKey] = [reader.sized(), reader.sized()]
  reader.end()
  return { initPrivateKey, hpkePrivateKey, signaturePrivateKey: noPrivateKey }
}

export interface VerifiedKeyPackage {
  readonly device: Device
  readonly ref: Bytes
  readonly isLastResort: boolean
  readonly notAfterMs: number
  readonly content: KeyPackage
}

/**
 * Another device's package, if it can be used now: suite, signatures, lifetime, device. Of several
 * that shall be added this tells which cannot, where a commit with all of them would only fail.
 */
export async function verifyKeyPackage(
  own: OwnDevice,
  bytes: Uint8Array,
  nowMs: number,
): Promise<VerifiedKeyPackage> {
  const content = readKeyPackage(bytes)
  const { leafNode, cipherSuite, extensions } = content
  if (cipherSuite !== suiteName) throw new MlsError('refused', `a package of suite ${cipherSuite}`)
  const { notBefore, notAfter } = leafNode.lifetime
  const now = secondsOf(nowMs)
  if (now < notBefore || now > notAfter) throw new MlsError('refused', 'a package out of its time')
  if ((notAfter - notBefore) * 1000n > BigInt(keyPackageLifetimeMsMax)) {
    throw new MlsError('refused', 'a package that lives too long')
  }
  return refuse('a key package', async () => {
    if (!(await verifySignature(content, own.suite.signature))) {
      throw new MlsError('refused', 'a package with a wrong signature')
    }
    await own.config.authService.validateCredential(
      leafNode.credential,
      leafNode.signaturePublicKey,
    )
    return {
      device: deviceOf(leafNode),
      ref: plain(await makeKeyPackageRef(content, own.suite.hash)),
      isLastResort: extensions.some(({ extensionType }) => extensionType === lastResortExtension),
      notAfterMs: Number(notAfter) * 1000,
      content,
    }
  })
}
