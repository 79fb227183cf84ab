/** The options of `connect`, in Node and in browsers. */
import type { ClientTuning } from '@starling/core/client/client-io'
import type { Credentials } from './api.ts'
import type { ClientStorage } from './storage.ts'
import type { KeyStore } from './vault/key-store.ts'

export interface ConnectOptions {
  /**
   * Front-ends to try, first choice first: `wss://host:port`, `ws://host:port`, or `host:port`,
   * which is `wss://` unless the host is this machine (`localhost`, `127.0.0.1`, `[::1]`).
   * More are learned from the server.
   */
  readonly addresses: readonly string[]
  /** May be left out when the storage or the profile knows an identity already. */
  readonly auth?: Credentials
  /** Where unsent messages, entries and the token are kept; in memory by default. */
  readonly storage?: ClientStorage
  /** Name and version of the program, for the operator. */
  readonly client?: string
  readonly tuning?: Partial<ClientTuning>
  /** With `false` encrypted rooms cannot be read or written; `true` by default. */
  readonly encryption?: boolean
  /** Where the keys of this device are kept; beside the profile, else in memory, by default. */
  readonly keys?: KeyStore
}

export interface NodeConnectOptions extends Omit<ConnectOptions, 'addresses'> {
  /** May be left out when the profile knows the address. */
  readonly addresses?: readonly string[]
  /**
   * Keep everything under this name in `$XDG_CONFIG_HOME/starling/profiles/<name>/`, readable by
   * the user alone. Several processes may use one profile at the same time.
   */
  readonly profile?: string
  /** Another directory for the profile. */
  readonly directory?: string
  /**
   * How to trust a front-end whose certificate no known authority signed: by the SHA-256
   * fingerprint of its certificate. With a profile, a fingerprint that was trusted is kept and must
   * not change.
   */
  readonly pin?: PinOptions
  /**
   * Encrypts the keys that the profile keeps; by default that of the environment,
   * `STARLING_VAULT_KEY`. Without either they lie in a file that the user alone may read.
   */
  readonly vaultPassphrase?: string
}

export interface PinOptions {
  /** The only fingerprint to accept: `AB:CD:…`, or hexadecimal digits without colons. */
  readonly fingerprint?: string
  /**
   * Asked at the first contact with such a front-end. Without it, such certificates are refused.
   */
  readonly onFirstUse?: (certificate: {
    readonly address: string
    readonly fingerprint: string
  }) => boolean | Promise<boolean>
}

/** What `readProfile(name)` of `@starling/client/profile` tells without connecting. */
export interface ProfileSummary {
  readonly name: string
  readonly directory: string
  readonly addresses: readonly string[]
  /** Who comes in with it, when it has an identity. */
  readonly userName?: string
  readonly isGuest: boolean
  /** Address → fingerprint of the certificate trusted there. */
  readonly pins: { readonly [address: string]: string }
}
