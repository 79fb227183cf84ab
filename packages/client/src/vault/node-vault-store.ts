/**
 * The keys of a profile in Node: `keys.sqlite` in the profile's folder, for its user alone. With a
 * passphrase the values are encrypted under a key that Argon2id makes of it; a store that was plain
 * is encrypted as a whole the first time that one is given.
 */
import { argon2Sync } from 'node:crypto'
import type { VaultPlace } from './cipher-thread.ts'
import type { KeyStore, KeyWrite } from './key-store.ts'
import { openMemoryKeyStore } from './memory-key-store.ts'
import { sealedKeyStore } from './sealed-key-store.ts'
import { openSqliteKeyStore } from './sqlite-key-store.ts'
import type { VaultStore } from './vault.ts'

/** Its value is the salt, in plain; where it is, all other values are encrypted. */
const lockName = 'lock'
const saltBytes = 16
const argon2 = { parallelism: 1, memory: 65_536, passes: 3, tagLength: 32 } as const

/** @throws Error that says what to do. */
export async function openNodeVaultStore(place: VaultPlace): Promise<VaultStore> {
  if (place.kind === 'memory') return { keys: openMemoryKeyStore() }
  if (place.kind !== 'sqlite') throw new Error(`Node has no ${place.kind}`)
  const keys = openSqliteKeyStore(place.path)
  try {
    return { keys: await unlocked(keys, place) }
  } catch (error) {
    await keys.close()
    throw error
  }
}

async function unlocked(
  store: KeyStore,
  { path, passphrase }: Extract<VaultPlace, { kind: 'sqlite' }>,
): Promise<KeyStore> {
  const salt = await store.turn((turn) => turn.get(lockName))
  if (passphrase === undefined) {
    if (salt === undefined) return store
    throw new Error(`${path} has a passphrase; give it in STARLING_VAULT_KEY`)
  }
  const used = salt ?? crypto.getRandomValues(new Uint8Array(saltBytes))
  const key = await keyOf(passphrase, used)
  if (salt === undefined) await encryptAll(store, { key, salt: used })
  const sealed = sealedKeyStore(store, key)
  await sealed.turn(checkPassphrase)
  return withoutLock(sealed)
}

const checkName = 'check'

/** @throws KeyStoreLocked when it is not the one. */
async function checkPassphrase(turn: Parameters<Parameters<KeyStore['turn']>[0]>[0]) {
  const checked = await turn.get(checkName)
  if (checked === undefined) await turn.batch([{ key: checkName, value: new Uint8Array([1]) }])
}

async function keyOf(passphrase: string, nonce: Uint8Array): Promise<CryptoKey> {
  const made = argon2Sync('argon2id', { message: passphrase, nonce, ...argon2 })
  const bytes = new Uint8Array(made)
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function encryptAll(
  store: KeyStore,
  { key, salt }: { readonly key: CryptoKey; readonly salt: Uint8Array },
): Promise<void> {
  await store.turn(async (turn) => {
    const writes: KeyWrite[] = []
    for (const name of await turn.keys('')) {
      writes.push({ key: name, value: (await turn.get(name)) ?? null })
    }
    const asTurn: KeyStore = { turn: (act) => act(turn), close: async () => {} }
    await sealedKeyStore(asTurn, key).turn((sealed) => sealed.batch(writes))
    await turn.batch([{ key: lockName, value: salt }])
  })
}

/** What is kept about the lock is none of the vault's. */
function withoutLock(store: KeyStore): KeyStore {
  const isOurs = (key: string) => key !== lockName && key !== checkName
  return {
    turn: (act) =>
      store.turn((turn) =>
        act({ ...turn, keys: async (prefix) => (await turn.keys(prefix)).filter(isOurs) }),
      ),
    close: () => store.close(),
  }
}
