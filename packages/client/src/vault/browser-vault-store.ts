/**
 * The keys of a profile in a browser: IndexedDB, where the device's signing key is kept as a key
 * that no script can read.
 */
import { createHeldKey, heldSigner, type Signer } from '@starling/mls/signing'
import type { VaultPlace } from './cipher-thread.ts'
import { openIndexedDbKeyStore } from './indexeddb-key-store.ts'
import { openMemoryKeyStore } from './memory-key-store.ts'
import type { VaultStore } from './vault.ts'

export async function openBrowserVaultStore(place: VaultPlace): Promise<VaultStore> {
  if (place.kind === 'memory') return { keys: openMemoryKeyStore() }
  if (place.kind !== 'indexeddb') throw new Error(`a browser has no ${place.kind}`)
  const store = await openIndexedDbKeyStore(place.name)
  return {
    keys: store.keys,
    heldSigner: async (name): Promise<Signer> =>
      heldSigner(await store.heldKey(name, createHeldKey)),
  }
}
