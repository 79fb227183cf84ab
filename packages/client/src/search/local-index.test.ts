import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { localIndexContract, post } from './local-index-contract.test-suite.ts'
import { openMemoryIndex } from './memory-index.ts'
import { openSqliteIndex } from './sqlite-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'starling-search-'))
let count = 0
const path = () => {
  count += 1
  return join(folder, `search-${count}.sqlite`)
}

after(() => rmSync(folder, { recursive: true, force: true }))

localIndexContract('in memory', openMemoryIndex)
localIndexContract('in SQLite', () => openSqliteIndex(path()))

test('what can be found is found when the index is opened again, by its user alone', async () => {
  const file = path()
  const first = openSqliteIndex(file)
  await first.put('r', [post(1, 'hello')])
  await first.close()
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const second = openSqliteIndex(file)
  const hits = await second.search({ text: 'hel', rooms: ['r'], limit: 1 })
  assert.equal(hits.length, 1)
  await second.close()
})
