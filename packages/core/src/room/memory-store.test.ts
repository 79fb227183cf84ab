import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore } from './memory-store.ts'
import { storeContract } from './store-contract.test-suite.ts'

storeContract('MemoryStore', () => ({ store: new MemoryStore() }))

test('[L6] transact is not nested, and nothing is put outside it', () => {
  const store = new MemoryStore()
  const inner = () => store.transact(2, () => undefined)
  assert.throws(() => store.transact(1, inner), /nested/)
  assert.throws(() => store.putBan('r1', 'u-ann'), /inside transact/)
  assert.deepEqual(store.contents(), ['position 0 = {"recordId":"","digest":""}'])
})
