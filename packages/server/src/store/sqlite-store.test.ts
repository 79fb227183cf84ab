import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  type OpenedStore,
  sharedStoreContract,
  storeContract,
} from '@starling/core/room/store-contract.test-suite'
import { openSqliteStore } from './sqlite-store.ts'

storeContract('SqliteStore', () => openSqliteStore(':memory:'))
storeContract('SqliteStore, every post indexed at once', () =>
  openSqliteStore(':memory:', { unindexedMax: 1 }),
)
storeContract('SqliteStore, indexed by threes', () =>
  openSqliteStore(':memory:', { unindexedMax: 3 }),
)

function openShared(): OpenedStore {
  const directory = mkdtempSync(join(tmpdir(), 'starling-store-'))
  const path = join(directory, 'store.db')
  const opened = openSqliteStore(path)
  return {
    store: opened.store,
    shared: () => openSqliteStore(path),
    close: () => {
      opened.close()
      rmSync(directory, { recursive: true })
    },
  }
}

sharedStoreContract('SqliteStore', openShared)

test('[L6] transact is not nested', () => {
  const { store, close } = openSqliteStore(':memory:')
  const inner = () => store.transact(2, () => undefined)
  assert.throws(() => store.transact(1, inner), /nested/)
  assert.equal(store.position, 0)
  close()
})
