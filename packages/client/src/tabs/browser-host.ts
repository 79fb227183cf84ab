/** What a host is made of in a browser: the profile's IndexedDB, or memory where there is none. */
import { randomId } from '@starling/core/client/random-id'
import { removeDatabase } from '../browser-database.ts'
import { openBrowserSocket } from '../browser-socket.ts'
import { startShell } from '../connect-with.ts'
import { cryptographicChance } from '../cryptographic-chance.ts'
import { openIndexedDbStorage, removeIndexedDbProfile } from '../indexeddb-storage.ts'
import { openMemoryStorage } from '../memory-storage.ts'
import { indexNameOf, openIndexedDbIndex } from '../search/indexeddb-index.ts'
import { indexWhenUsed } from '../search/local-index.ts'
import { openMemoryIndex } from '../search/memory-index.ts'
import type { ClientStorage, Identity, Restored, StoredChange } from '../storage.ts'
import { keysNameOf } from '../vault/browser-cipher.ts'
import type { Cipher, VaultPlace } from '../vault/cipher-thread.ts'
import { lockPrefix, onLockFree, tabLock } from './profile-locks.ts'
import type { HostParts } from './tab-host.ts'

/** There is one host at a time: it has the slot that the one before had. */
const hostSlot = 1

/**
 * `open` gives what has the keys, which asks where they are when there is work. Without it
 * encrypted rooms cannot be read.
 */
export function browserHostParts(
  profile: string,
  open?: (place: () => VaultPlace) => Cipher,
): HostParts {
  const name = lockPrefix(profile)
  return {
    id: randomId(cryptographicChance()),
    start: async (options, renamed) => {
      const storage = new KeptIfPossible(openIndexedDbStorage(profile, hostSlot))
      const cipher = open?.(() =>
        storage.notKept === ''
          ? { kind: 'indexeddb', name: keysNameOf(profile) }
          : { kind: 'memory' },
      )
      const parts = { ...options, storage, openSocket: openBrowserSocket, renamed }
      const index = indexWhenUsed(() =>
        storage.notKept === '' ? openIndexedDbIndex(indexNameOf(profile)) : openMemoryIndex(),
      )
      const shell = await startShell(cipher === undefined ? parts : { ...parts, cipher, index })
      return { shell, notKept: storage.notKept }
    },
    forget: async () => {
      await removeIndexedDbProfile(profile)
      await removeDatabase(keysNameOf(profile))
      await removeDatabase(indexNameOf(profile))
    },
    onTabGone: (tab, act) => onLockFree(tabLock(name, tab), act),
  }
}

/** A private window may keep nothing: then it lasts as long as the tabs, and that is said. */
class KeptIfPossible implements ClientStorage {
  #storage: ClientStorage
  notKept = ''

  constructor(storage: ClientStorage) {
    this.#storage = storage
  }

  async open(): Promise<Restored> {
    try {
      return await this.#storage.open()
    } catch (error) {
      this.notKept = error instanceof Error ? error.message : String(error)
      this.#storage = openMemoryStorage()
      return this.#storage.open()
    }
  }

  write(changes: readonly StoredChange[]): Promise<void> | void {
    return this.#storage.write(changes)
  }

  saveIdentity(identity: Identity): Promise<void> {
    return this.#storage.saveIdentity(identity)
  }

  adoptOrphans() {
    return this.#storage.adoptOrphans()
  }

  close(): Promise<void> {
    return this.#storage.close()
  }
}
