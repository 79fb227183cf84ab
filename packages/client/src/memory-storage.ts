/** A storage that lasts as long as the process: for tests, bots and scripts that may forget. */
import { nothingRestored, type OutboxItem } from '@starling/core/client/client-io'
import type { ClientStorage, Identity, Restored, StoredChange } from './storage.ts'
import { StoredPicture } from './stored-picture.ts'

/** Give the same one to a later `connect` and it goes on where the earlier client ended. */
export function openMemoryStorage(): ClientStorage {
  const picture = new StoredPicture(nothingRestored)
  let held: Omit<Restored, 'state'> = { identity: undefined }
  return {
    open: async () => ({ state: picture.state(), ...held }),
    write: (changes: readonly StoredChange[]) => {
      for (const change of changes) picture.apply(change)
    },
    saveIdentity: async (saved: Identity) => {
      held = saved.isKnown ? { identity: saved } : { ...held, arriving: saved }
    },
    adoptOrphans: async (): Promise<readonly OutboxItem[]> => [],
    close: async () => {},
  }
}
