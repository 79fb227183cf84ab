import { logContract } from './log-contract.test-suite.ts'
import { MemoryLog, MemoryLogFile } from './memory-log.ts'

logContract('MemoryLog', () => {
  const file = new MemoryLogFile()
  return { open: () => new MemoryLog(file) }
})
