/**
 * A key store whose values are encrypted: AES-256-GCM under one key, each value with an IV of its
 * own and bound to its name, so that values cannot be exchanged for one another. Names stay
 * readable: they tell rooms, epochs and people, which the servers know as well.
 */
import type { KeyStore, KeyTurn } from './key-store.ts'

const ivBytes = 12

/** @throws KeyStoreLocked from a turn that reads a value which this key does not open. */
export function sealedKeyStore(store: KeyStore, key: CryptoKey): KeyStore {
  return {
    turn: (act) => store.turn((turn) => act(sealedTurn(turn, key))),
    close: () => store.close(),
  }
}

export class KeyStoreLocked extends Error {
  constructor() {
    super('the stored keys do not open with this passphrase; give the one they were stored with')
  }
}

function sealedTurn(turn: KeyTurn, key: CryptoKey): KeyTurn {
  return {
    isChanged: turn.isChanged,
    keys: (prefix) => turn.keys(prefix),
    get: async (name) => {
      const sealed = await turn.get(name)
      return sealed === undefined ? undefined : open(key, name, sealed)
    },
    batch: async (writes) => {
      const sealed = writes.map(async ({ key: name, value }) => ({
        key: name,
        value: value === null ? null : await seal(key, name, value),
      }))
      await turn.batch(await Promise.all(sealed))
    },
  }
}

async function seal(key: CryptoKey, name: string, value: Uint8Array): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const box = await crypto.subtle.encrypt(algorithm(iv, name), key, new Uint8Array(value))
  const sealed = new Uint8Array(ivBytes + box.byteLength)
  sealed.set(iv)
  sealed.set(new Uint8Array(box), ivBytes)
  return sealed
}

async function open(key: CryptoKey, name: string, sealed: Uint8Array): Promise<Uint8Array> {
  const iv = new Uint8Array(sealed.subarray(0, ivBytes))
  const box = new Uint8Array(sealed.subarray(ivBytes))
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm(iv, name), key, box))
  } catch (error) {
    if (error instanceof DOMException) throw new KeyStoreLocked()
    throw error
  }
}

function algorithm(iv: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(name) }
}
