/**
 * Which log a store was made from: a table of the store's own file. It outlives a change of the
 * store's version, after which the store is empty and made anew from the same log.
 */
import { DatabaseSync } from 'node:sqlite'
import { storeVersion } from '../store/schema.ts'

/** The identity of the log; undefined in a store that has applied nothing of any. */
export function originOf(storePath: string): string | undefined {
  return withFile(storePath, (db) => {
    if (!hasTable(db, 'origin')) return undefined
    const row = db.prepare('SELECT log FROM origin').get()
    return typeof row?.log === 'string' ? row.log : undefined
  })
}

export function putOrigin(storePath: string, log: string): void {
  withFile(storePath, (db) => {
    db.exec('PRAGMA synchronous = FULL')
    db.exec('CREATE TABLE IF NOT EXISTS origin (one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT)')
    db.prepare('INSERT OR REPLACE INTO origin VALUES (1, ?)').run(log)
  })
}

/** Whether it can be opened without being made anew. */
export function isOfThisVersion(storePath: string): boolean {
  return withFile(storePath, (db) => {
    if (!hasTable(db, 'progress')) return false
    return db.prepare('SELECT version FROM progress').get()?.version === storeVersion
  })
}

function hasTable(db: DatabaseSync, name: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined
}

function withFile<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path, { timeout: 5_000 })
  try {
    return work(db)
  } finally {
    db.close()
  }
}
