/** The cipher of a page: the vault runs in a worker that the page makes. */
import { type Cipher, CipherThread, type StartThread, type VaultPlace } from './cipher-thread.ts'

/** `make` gives a worker whose script imports `@starling/client/vault/vault-worker`. */
export function openBrowserCipher(make: () => Worker, place: () => VaultPlace): Cipher {
  return new CipherThread(browserThread(make), place)
}

function browserThread(make: () => Worker): StartThread {
  return ({ frame, died }) => {
    const worker = make()
    worker.onmessage = ({ data }) => frame(data)
    worker.onerror = ({ message }) => died(message)
    worker.onmessageerror = () => died('What it said could not be read.')
    return { post: (up) => worker.postMessage(up), end: () => worker.terminate() }
  }
}

/** Beside what else is kept of the profile. */
export function keysNameOf(profile: string): string {
  return `starling:${profile}/keys`
}
