/** Makes a client from its parts: what `connect` does in Node and in browsers alike. */
import { type ClientTuning, clientTuning, type OutboxItem } from '@starling/core/client/client-io'
import { dialAddress } from './address.ts'
import type { StarlingClient } from './api.ts'
import { ClientShell } from './client-shell.ts'
import type { ConnectOptions } from './connect-options.ts'
import { cryptographicChance } from './cryptographic-chance.ts'
import { authFor, heldIdentities, identityFor } from './device-identity.ts'
import { openMemoryStorage } from './memory-storage.ts'
import { NobodyYet } from './nobody-yet.ts'
import type { LocalIndex } from './search/local-index.ts'
import { openMemoryIndex } from './search/memory-index.ts'
import type { OpenSocket } from './socket.ts'
import { clientOf } from './starling-client.ts'
import type { Cipher } from './vault/cipher-thread.ts'

export interface ConnectParts extends ConnectOptions {
  readonly openSocket: OpenSocket
  readonly cipher?: Cipher
  /** Of what was read in encrypted rooms; in memory by default. */
  readonly index?: LocalIndex
  /** The server had lost an outbox: what was in it goes on in another. */
  readonly renamed?: (item: OutboxItem, to: OutboxItem) => void
}

/** @throws Error when there is neither an identity nor a way to get one, or no usable address. */
export async function connectWith(parts: ConnectParts): Promise<StarlingClient> {
  return clientOf(await startShell(parts))
}

/** @throws Error like `connectWith`. */
export async function startShell(parts: ConnectParts): Promise<ClientShell> {
  const addresses = parts.addresses.map(dialAddress)
  const storage = parts.storage ?? openMemoryStorage()
  const restored = await storage.open()
  const held = heldIdentities(restored)
  const identity = parts.auth === undefined ? held[0] : identityFor(parts.auth, held)
  if (identity === undefined) {
    await storage.close()
    throw new NobodyYet(
      'nobody has come in from here yet: give a name (auth: { kind: "guest", … })',
    )
  }
  if (!held.includes(identity)) await storage.saveIdentity(identity)
  const tuning: ClientTuning = { ...clientTuning, ...parts.tuning }
  return new ClientShell({
    clientOptions: {
      addresses,
      auth: authFor(identity, parts.auth),
      client: parts.client ?? 'starling-sdk',
      chance: cryptographicChance(),
      tuning,
      restored: restored.state,
    },
    storage,
    openSocket: parts.openSocket,
    identity,
    welcomed: restored.identity,
    credentials:
      parts.auth ??
      (identity.kind === 'guest' ? { kind: 'guest', name: identity.name } : undefined),
    ...(parts.renamed === undefined ? {} : { renamed: parts.renamed }),
    ...(parts.cipher === undefined
      ? {}
      : { cipher: parts.cipher, index: parts.index ?? openMemoryIndex() }),
  })
}
