import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyStoreContract, put, read } from './key-store-contract.test-suite.ts'
import { KeyRows, openMemoryKeyStore } from './memory-key-store.ts'
import { KeyStoreLocked, sealedKeyStore } from './sealed-key-store.ts'
import { openSqliteKeyStore } from './sqlite-key-store.ts'

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'starling-keys-'))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) }
}

function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

keyStoreContract('in memory', () => {
  const rows = new KeyRows()
  return { open: async () => openMemoryKeyStore(rows), dispose: () => {} }
})

keyStoreContract('in SQLite', () => {
  const { path, dispose } = folder()
  return { open: async () => openSqliteKeyStore(join(path, 'keys.sqlite')), dispose }
})

keyStoreContract('encrypted', () => {
  const rows = new KeyRows()
  const key = newKey()
  return {
    open: async () => sealedKeyStore(openMemoryKeyStore(rows), await key),
    dispose: () => {},
  }
})

test('the file with the keys is for its user alone', async () => {
  const { path, dispose } = folder()
  const store = openSqliteKeyStore(join(path, 'keys.sqlite'))
  await put(store, 'k', new Uint8Array([1]))
  assert.equal(statSync(join(path, 'keys.sqlite')).mode & 0o777, 0o600)
  assert.equal(statSync(join(path, 'keys.sqlite-wal')).mode & 0o777, 0o600)
  await store.close()
  dispose()
})

test('an encrypted store shows no value, and opens with its own key alone', async () => {
  const { path, dispose } = folder()
  const file = join(path, 'keys.sqlite')
  const [key, other] = [await newKey(), await newKey()]
  const secret = new TextEncoder().encode('the quick brown fox')
  const store = sealedKeyStore(openSqliteKeyStore(file), key)
  await put(store, 'k', secret)
  await store.close()
  assert.equal(readFileSync(file).includes(Buffer.from(secret)), false)
  const again = sealedKeyStore(openSqliteKeyStore(file), key)
  assert.deepEqual(await read(again, 'k'), secret)
  await again.close()
  const locked = sealedKeyStore(openSqliteKeyStore(file), other)
  await assert.rejects(read(locked, 'k'), KeyStoreLocked)
  await locked.close()
  dispose()
})

test('an encrypted value under another name does not open', async () => {
  const rows = new KeyRows()
  const store = sealedKeyStore(openMemoryKeyStore(rows), await newKey())
  await put(store, 'a', new Uint8Array([1]))
  rows.values.set('b', rows.values.get('a')!)
  await assert.rejects(read(store, 'b'), KeyStoreLocked)
})
