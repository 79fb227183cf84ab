import { openMemoryStorage } from './memory-storage.ts'
import { storageContract } from './storage-contract.test-suite.ts'

storageContract('memory', () => {
  const storage = openMemoryStorage()
  return { open: () => storage, dispose: () => {} }
})
