/**
 * The SharedWorker in which a browser's tabs share one client. A page makes it with
 * `new SharedWorker(…, { type: 'module' })` of a script that imports this file, and gives it to
 * `connectShared`. It serves all profiles of its origin. The vault runs in it too: it is no page's
 * thread, and browsers let a SharedWorker have no workers of its own.
 */
import '@starling/protocol/without-eval'
import { browserHostParts } from './tabs/browser-host.ts'
import { messagePort } from './tabs/message-port.ts'
import { holdLock, hostLock, lockPrefix } from './tabs/profile-locks.ts'
import type { TabUp } from './tabs/tab-frames.ts'
import { TabHost } from './tabs/tab-host.ts'
import { openBrowserVaultStore } from './vault/browser-vault-store.ts'
import { localCipher } from './vault/thread-host.ts'

interface WorkerScope {
  onconnect: (event: MessageEvent) => void
}

const hosts = new Map<string, Promise<TabHost>>()

/** While it lives it holds a lock, by which tabs notice its end. */
async function startHost(profile: string): Promise<TabHost> {
  const parts = browserHostParts(profile, (place) =>
    localCipher(() => openBrowserVaultStore(place())),
  )
  await holdLock(hostLock(lockPrefix(profile), parts.id))
  return new TabHost(parts)
}

;(globalThis as unknown as WorkerScope).onconnect = ({ ports: [port] }) => {
  if (port === undefined) return
  const seat = messagePort<TabUp>(port)
  seat.onFrame = (frame) => {
    if (frame.t !== 'attach') return
    const { profile } = frame
    const host = hosts.get(profile) ?? startHost(profile)
    hosts.set(profile, host)
    void host.then((it) => {
      it.admit(seat)
      seat.onFrame(frame)
    })
  }
}
