/** What runs in the worker thread of Node in which a profile's keys are. */
import { parentPort } from 'node:worker_threads'
import type { ThreadUp } from './cipher-thread.ts'
import { openNodeVaultStore } from './node-vault-store.ts'
import { ThreadHost } from './thread-host.ts'

const host = new ThreadHost(openNodeVaultStore, (frame) => parentPort?.postMessage(frame))
parentPort?.on('message', (frame: ThreadUp) => void host.frame(frame))
