/** What runs in the page that is a storage for a test outside: each method, as text in and out. */

import { openIndexedDbStorage } from '@starling/client/browser'
import type { ClientStorage } from '@starling/client/storage'

declare global {
  interface Window {
    storage?: (profile: string, method: keyof ClientStorage, given: string) => Promise<string>
  }
}

const storages = new Map<string, ClientStorage>()

window.storage = async (profile, method, given) => {
  const storage = storages.get(profile) ?? openIndexedDbStorage(profile)
  storages.set(profile, storage)
  if (method === 'close') storages.delete(profile)
  const act = storage[method] as (argument: unknown) => unknown
  const result = await act.call(storage, given === '' ? undefined : JSON.parse(given))
  const text = JSON.stringify(result, (_, value) => (value instanceof Map ? [...value] : value))
  return text ?? ''
}
