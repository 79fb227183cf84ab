/** A vault in this very thread; in memory its keys last as long as it. */
import type { Cipher } from './cipher-thread.ts'
import type { KeyStore } from './key-store.ts'
import { openMemoryKeyStore } from './memory-key-store.ts'
import { localCipher } from './thread-host.ts'

export function openHereCipher(keys: KeyStore = openMemoryKeyStore()): Cipher {
  return localCipher(async () => ({ keys }))
}
