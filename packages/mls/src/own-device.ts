/**
 * One device with its keys: the way into everything that MLS does for it. It stores nothing. The
 * key packages that it makes have a private half which the caller keeps until it is used up.
 */
import type { Capabilities } from 'ts-mls/capabilities.js'
import type { ClientConfig } from 'ts-mls/clientConfig.js'
import type { Credential } from 'ts-mls/credential.js'
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js'
import { defaultKeyPackageEqualityConfig } from 'ts-mls/keyPackageEqualityConfig.js'
import { defaultKeyRetentionConfig } from 'ts-mls/keyRetentionConfig.js'
import { defaultLifetimeConfig } from 'ts-mls/lifetimeConfig.js'
import { defaultPaddingConfig } from 'ts-mls/paddingConfig.js'
import { areSame } from './bytes.ts'
import { type Device, verifyDevice } from './credential.ts'
import { MlsError } from './mls-error.ts'
import type { Signer } from './signing.ts'
import { createSuite, suiteName } from './suite.ts'

/**
 * Asked of each device that comes into a group or renews its keys, and of all when one joins: can
 * this be the person's account key? That the key signed for the device is verified before. Who
 * answers no to what the servers took cannot follow the group any further, so a key that is new
 * should be noted and shown, and only what must never be followed be refused.
 */
export type DeviceCheck = (device: Device) => boolean | Promise<boolean>

export interface OwnDeviceOptions {
  /** What `certifyDevice` gave for the signer's public key. */
  readonly identity: Uint8Array
  readonly signer: Signer
  readonly check: DeviceCheck
}

export const lastResortExtension = 0x000a

export const capabilities: Capabilities = {
  versions: ['mls10'],
  ciphersuites: [suiteName],
  extensions: [lastResortExtension],
  proposals: [],
  credentials: ['basic'],
}

/** What the library stores as a private key; the signer has the real one. */
export const noPrivateKey = new Uint8Array()

export class OwnDevice {
  readonly device: Device
  readonly signer: Signer
  readonly suite: CiphersuiteImpl
  readonly config: ClientConfig

  private constructor(device: Device, signer: Signer, engine: Engine) {
    this.device = device
    this.signer = signer
    this.suite = engine.suite
    this.config = engine.config
  }

  static async open({ identity, signer, check }: OwnDeviceOptions): Promise<OwnDevice> {
    const device = await verifyDevice(identity, signer.publicKey)
    const suite = await createSuite({ signer })
    return new OwnDevice(device, signer, { suite, config: configOf(check) })
  }

  get credential(): Credential {
    return { credentialType: 'basic', identity: this.device.identity }
  }

  isOwn(signatureKey: Uint8Array): boolean {
    return areSame(signatureKey, this.device.signatureKey)
  }
}

interface Engine {
  readonly suite: CiphersuiteImpl
  readonly config: ClientConfig
}

function configOf(check: DeviceCheck): ClientConfig {
  return {
    keyRetentionConfig: { ...defaultKeyRetentionConfig, retainKeysForEpochs: 1 },
    lifetimeConfig: defaultLifetimeConfig,
    keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
    paddingConfig: defaultPaddingConfig,
    authService: {
      validateCredential: async (credential, signatureKey) => {
        if (credential.credentialType !== 'basic') {
          throw new MlsError('credential', 'a credential that is not basic')
        }
        const device = await verifyDevice(credential.identity, signatureKey)
        if (await check(device)) return true
        const who = `device ${device.deviceId} of ${device.userId}`
        throw new MlsError('credential', `${who} is not accepted`)
      },
    },
  }
}
