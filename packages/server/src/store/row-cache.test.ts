/** Rows that a store keeps between transactions are never those that somebody else changed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { prepareStore } from './schema.ts'
import { openSqliteStore, SqliteStore } from './sqlite-store.ts'

function scratchFile(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'starling-rows-'))
  context.after(() => rmSync(directory, { recursive: true }))
  return join(directory, 'store.db')
}

/** What one record does: the outbox counts on. */
function count(store: SqliteStore, position: number, recordId: string): void {
  store.transact(position, () => {
    const last = store.outbox('r1', 'o1')?.last ?? 0
    store.putOutbox({ room: 'r1', outbox: 'o1', user: 'u1', last: last + 1, refusals: [] })
    store.putTrail({ recordId, digest: `digest of ${recordId}` })
  })
}

function lastOf(store: SqliteStore): number | undefined {
  return store.outbox('r1', 'o1')?.last
}

test('[L7] rows that another process changed are read anew', (context) => {
  const path = scratchFile(context)
  const [one, other] = [openSqliteStore(path), openSqliteStore(path)]
  count(one.store, 1, 'a')
  count(one.store, 2, 'b')
  count(other.store, 3, 'c')
  count(one.store, 4, 'd')
  count(other.store, 5, 'e')
  assert.deepEqual([lastOf(one.store), lastOf(other.store)], [5, 5])
  one.close()
  other.close()
})

test('[L6] rows of a transaction that was undone after it was joined are forgotten', (context) => {
  const path = scratchFile(context)
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL')
  prepareStore(db)
  const store = new SqliteStore(db)
  count(store, 1, 'a')
  db.exec('BEGIN IMMEDIATE')
  count(store, 2, 'b')
  db.exec('ROLLBACK')
  const other = openSqliteStore(path)
  other.store.transact(2, () => other.store.putTrail({ recordId: 'c', digest: 'digest of c' }))
  other.close()
  count(store, 3, 'd')
  assert.equal(lastOf(store), 2)
  db.close()
})

test('[L6] rows are written once, when the batch ends, and asked for before', (context) => {
  const { store, close } = openSqliteStore(':memory:')
  context.after(close)
  const room = { room: 'r1', kind: 'public', title: 'One', foldedTitle: 'one', topic: '' } as const
  store.batch(() => {
    for (const head of [1, 2, 3]) {
      store.transact(head, () => {
        store.putRoom({ ...room, head, lastAt: 1, members: 1, owners: 1 })
        assert.equal(store.publicRoomByTitle('one')?.head, head)
      })
    }
  })
  assert.equal(store.room('r1')?.head, 3)
})
