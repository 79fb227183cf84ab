/** The SDK for browsers: `connect`, with profiles in IndexedDB. */
import '@starling/protocol/without-eval'
import type { StarlingClient } from './api.ts'
import { openBrowserSocket } from './browser-socket.ts'
import type { ConnectOptions } from './connect-options.ts'
import { connectWith } from './connect-with.ts'
import { openIndexedDbStorage } from './indexeddb-storage.ts'
import { indexNameOf, openIndexedDbIndex } from './search/indexeddb-index.ts'
import { keysNameOf, openBrowserCipher } from './vault/browser-cipher.ts'
import type { Cipher } from './vault/cipher-thread.ts'

export { openIndexedDbStorage } from './indexeddb-storage.ts'
export { openMemoryStorage } from './memory-storage.ts'

export interface BrowserConnectOptions extends ConnectOptions {
  /**
   * Keep everything under this name in the browser's IndexedDB, for this origin alone. Several tabs
   * may use one profile at the same time. The page must come by https or from this machine.
   */
  readonly profile?: string
  /**
   * Makes the worker that has the keys, whose script imports `@starling/client/vault/vault-worker`.
   * Without it encrypted rooms cannot be read or written here.
   */
  readonly openVault?: () => Worker
}

/**
 * Returns as soon as what was stored is restored; the connection is made in the background
 * (`ready()` waits for it).
 *
 * @example
 * const client = await connect({
 *   addresses: ['wss://chat.example.org'],
 *   auth: { kind: 'guest', name: 'ada' },
 *   profile: 'default',
 * })
 * client.subscribe(() => draw(client.snapshot()))
 *
 * @throws Error when the options cannot be used or the browser keeps nothing; it says what to do.
 */
export async function connect(options: BrowserConnectOptions): Promise<StarlingClient> {
  const storage =
    options.storage ??
    (options.profile === undefined ? undefined : openIndexedDbStorage(options.profile))
  const cipher = cipherOf(options)
  const { profile } = options
  const index = profile === undefined ? undefined : openIndexedDbIndex(indexNameOf(profile))
  const parts = {
    ...options,
    openSocket: openBrowserSocket,
    ...(cipher && { cipher }),
    ...(cipher && index && { index }),
  }
  const client = await connectWith(storage === undefined ? parts : { ...parts, storage })
  const page = globalThis.document as Document | undefined
  const wake = () => client.tryNow()
  const forget = client.on('connection', ({ state }) => {
    if (state.kind !== 'closed') return
    removeEventListener('online', wake)
    page?.removeEventListener('visibilitychange', wake)
    forget()
  })
  // Timers of a hidden page hardly run: whoever looks again does not wait for one.
  addEventListener('online', wake)
  page?.addEventListener('visibilitychange', wake)
  return client
}

function cipherOf(options: BrowserConnectOptions): Cipher | undefined {
  const { openVault, profile, encryption } = options
  if (openVault === undefined || encryption === false) return undefined
  return openBrowserCipher(openVault, () =>
    profile === undefined ? { kind: 'memory' } : { kind: 'indexeddb', name: keysNameOf(profile) },
  )
}
