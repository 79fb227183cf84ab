import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logContract } from '@starling/core/log/log-contract.test-suite'
import { SqliteLog } from './sqlite-log.ts'

logContract('SqliteLog', () => {
  const directory = mkdtempSync(join(tmpdir(), 'starling-log-'))
  let opened = 0
  return {
    open: () => SqliteLog.open({ directory, name: `handle-${++opened}` }),
    remove: () => rmSync(directory, { recursive: true }),
  }
})
