/** The IndexedDB storage in a tab, as a storage for tests outside the browser. */
import type { ClientStorage, Restored } from '@starling/client/storage'
import type { OutboxItem } from '@starling/core/client/client-io'
import type { Page } from 'playwright-core'
import type {} from './storage-page.ts'

export function remoteStorage(page: () => Page, profile: string): ClientStorage {
  const call = async (method: keyof ClientStorage, argument?: unknown): Promise<unknown> => {
    const given = argument === undefined ? '' : JSON.stringify(argument)
    const text = await page().evaluate(([name, verb, json]) => window.storage!(name, verb, json), [
      profile,
      method,
      given,
    ] as const)
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    open: async () => {
      const { state, ...held } = (await call('open')) as Omit<Restored, 'identity'>
      const restored = { ...state, timelines: new Map([...state.timelines]) }
      return { state: restored, identity: undefined, ...held }
    },
    write: async (changes) => void (await call('write', changes)),
    saveIdentity: async (identity) => void (await call('saveIdentity', identity)),
    adoptOrphans: async () => (await call('adoptOrphans')) as readonly OutboxItem[],
    close: async () => void (await call('close')),
  }
}
