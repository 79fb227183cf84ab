/**
 * The cipher of a client in Node. With a profile the keys are in its folder, and the vault runs in
 * a thread of its own; without one they last as long as the client, in this thread. Either is
 * loaded when there is work, by its path, so that nobody who needs none pays for it.
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Cipher, CipherThread, type StartThread, type ThreadDown } from './cipher-thread.ts'
import type { KeyStore } from './key-store.ts'

const keysName = 'keys.sqlite'

export type KeptKeys =
  | { readonly directory: string; readonly passphrase: string | undefined }
  | { readonly keys: KeyStore | undefined }

export function openNodeCipher(kept: KeptKeys): Cipher {
  if ('keys' in kept) return new HereCipher(kept.keys)
  const { directory, passphrase } = kept
  const place = { kind: 'sqlite', path: join(directory, keysName), passphrase } as const
  return new CipherThread(startNodeThread, () => place)
}

export const startNodeThread: StartThread = ({ frame, died }) => {
  const worker = new Worker(new URL(import.meta.resolve('@starling/client/vault/vault-thread')))
  worker.on('message', (down: ThreadDown) => frame(down))
  worker.on('error', (error: Error) => died(error.message))
  worker.on('exit', (code) => died(`Its thread ended with ${code}.`))
  return {
    post: (up) => worker.postMessage(up),
    end: () => void worker.terminate(),
  }
}

class HereCipher implements Cipher {
  readonly #keys: KeyStore | undefined
  #cipher: Promise<Cipher> | undefined

  constructor(keys: KeyStore | undefined) {
    this.#keys = keys
  }

  async do(...given: Parameters<Cipher['do']>) {
    this.#cipher ??= openHere(this.#keys)
    return (await this.#cipher).do(...given)
  }

  async close(): Promise<void> {
    await (await this.#cipher)?.close()
  }
}

async function openHere(keys: KeyStore | undefined): Promise<Cipher> {
  const { openHereCipher } = (await import(
    import.meta.resolve('@starling/client/vault/here-cipher')
  )) as typeof import('./here-cipher.ts')
  return openHereCipher(keys)
}
