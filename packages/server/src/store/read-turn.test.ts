import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { ReadTurn } from './read-turn.ts'

function twoConnections(context: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'starling-turn-'))
  const path = join(directory, 'some.db')
  const [db, other] = [new DatabaseSync(path), new DatabaseSync(path)]
  context.after(() => {
    db.close()
    other.close()
    rmSync(directory, { recursive: true })
  })
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('CREATE TABLE rows (row INTEGER) STRICT')
  const count = db.prepare('SELECT count(*) AS rows FROM rows')
  return {
    db,
    rows: () => Number(count.get()?.rows),
    addRow: () => other.exec('INSERT INTO rows VALUES (1)'),
  }
}

test('[L7] all reads of a turn see one state, the next turn sees what came', async (context) => {
  const { db, rows, addRow } = twoConnections(context)
  const reads = new ReadTurn(db)
  const first = reads.begin()
  assert.equal(rows(), 0)
  addRow()
  assert.deepEqual([reads.begin(), rows()], [first, 0])
  await Promise.resolve()
  assert.equal(db.isTransaction, false, 'no view outlives its turn')
  assert.notEqual(reads.begin(), first)
  assert.equal(rows(), 1)
})

test('[L7] who writes ends the view, and has none of its own', (context) => {
  const { db, rows, addRow } = twoConnections(context)
  const reads = new ReadTurn(db)
  reads.begin()
  assert.equal(rows(), 0)
  addRow()
  reads.end()
  db.exec('BEGIN IMMEDIATE')
  assert.deepEqual([reads.begin(), rows()], [undefined, 1])
  reads.end()
  assert.equal(db.isTransaction, true)
  db.exec('COMMIT')
})
