/**
 * Who one is, before there is a chat: coming in again as who one was, or by what one gives. The
 * profile, with what was not sent, lies in the browser; all tabs share one client of it.
 */
import type { Credentials } from '@starling/client/api'
import { connectShared, type SharedClient } from '@starling/client/connect-shared'
import type { KeptText } from './kept-text.ts'

const profile = 'web'
const revokeMsMax = 5_000

/** The front-end that served the page. */
export function ownAddress(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
}

/** @throws NobodyYet when nothing is given and nobody has come in from here before. */
export function openClient(credentials: Credentials | undefined): Promise<SharedClient> {
  return connectShared({
    addresses: [ownAddress()],
    profile,
    client: 'starling-web/0.1.0',
    openWorker: () =>
      new SharedWorker(new URL('../client-worker.ts', import.meta.url), { type: 'module' }),
    openVault: () => new Worker(new URL('../vault-worker.ts', import.meta.url), { type: 'module' }),
    ...(credentials === undefined ? {} : { auth: credentials }),
  })
}

/** Signs this device out and forgets what it held. The page begins anew after that. */
export async function signOut(client: SharedClient, kept: KeptText): Promise<void> {
  const { me, connection } = client.snapshot()
  // Without a connection the device stays in the list, from where another can sign it out.
  if (me !== undefined && connection.kind === 'online') {
    await Promise.race([client.revoke(me.device), refusedOrLate(client)])
  }
  for (const key of kept.keys('')) kept.delete(key)
  await client.forget()
  location.assign(location.pathname)
}

/** The answer to one's own revocation may be lost with the connection that it ends. */
function refusedOrLate(client: SharedClient): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, revokeMsMax)
    client.subscribe(() => {
      if (client.snapshot().connection.kind === 'refused') resolve()
    })
  })
}

/** How this device is called in the list of one's devices. */
export function deviceLabel(agent: string): string {
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux|CrOS/.exec(agent)?.[0] ?? ''
  const browser = /Edg|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? ''
  const names: { readonly [found: string]: string } = { Edg: 'Edge', 'Mac OS X': 'Mac' }
  const words = [browser, system].map((word) => names[word] ?? word).filter((word) => word !== '')
  return words.length === 0 ? 'Web' : words.join(' · ')
}
