/**
 * What runs in the browser's worker in which a profile's keys are. A page makes it with
 * `new Worker(…, { type: 'module' })` of a script that imports this file.
 */
import { openBrowserVaultStore } from './browser-vault-store.ts'
import type { ThreadDown, ThreadUp } from './cipher-thread.ts'
import { ThreadHost } from './thread-host.ts'

interface WorkerScope {
  onmessage: (event: MessageEvent) => void
  postMessage(frame: ThreadDown): void
}

const scope = globalThis as unknown as WorkerScope
const host = new ThreadHost(openBrowserVaultStore, (frame) => scope.postMessage(frame))
scope.onmessage = ({ data }) => void host.frame(data as ThreadUp)
