/**
 * Opens `starling.db` and decides whether it can be trusted, before anything is served from it.
 *
 * What can be seen: a file that is no database or belongs to another program; a database that is
 * gone while its WAL is still there (SQLite would delete that silently); a file shorter than its
 * pages; broken pages, all of them looked at in a small file, those of the log's end in a large
 * one; and a log that ends before the position that the doorbell last rang, which is how a
 * shortened WAL shows, since SQLite takes its torn end for a crash.
 */
import * as fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { LogError } from '@starling/core/log/log'
import { damaged, nodeCodeOf } from './sqlite-trouble.ts'

/** 'Star' in ASCII: says which program a database belongs to. */
const applicationId = 0x53746172
const schemaVersion = 1
/** Files up to this size are looked at as a whole, at about 1 ms a MiB. */
const wholeCheckBytesMax = 32 * 1024 * 1024
const walHeaderBytes = 32
/** Pages of the WAL, 16 MiB. Those written again and again are copied once in so many. */
const checkpointPages = 4_000

const schema = `
  CREATE TABLE records (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE probes (probe INTEGER PRIMARY KEY, filling BLOB NOT NULL) STRICT;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`

/** To be called before SQLite sees the file. */
export function assertNotTorn(path: string): void {
  if (sizeOf(path) > 0 || sizeOf(`${path}-wal`) <= walHeaderBytes) return
  throw damaged(path, 'the database is missing or empty, but its WAL (starling.db-wal) is there')
}

/** May be refused as busy while others open it. Leaves nothing open when it throws. */
export function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    const isNew = numberOf(db, 'SELECT count(*) FROM sqlite_schema') === 0
    if (!isNew) assertOurs(db, path)
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA cache_size = -8000')
    // Else each transaction of some size makes and removes a temporary file.
    db.exec('PRAGMA temp_store = MEMORY')
    db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    db.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`)
    if (isNew) createSchema(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** `rung`: the position that was last told to the others. */
export function assertSound(db: DatabaseSync, file: { path: string; rung: number }): void {
  const pageBytes = numberOf(db, 'PRAGMA page_size')
  const bytes = pageBytes * numberOf(db, 'PRAGMA page_count')
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
  // When all of the WAL is in the database, so must all of its pages be.
  const isWhole = checkpoint?.busy === 0 && checkpoint.log === checkpoint.checkpointed
  if (isWhole && sizeOf(file.path) < bytes) {
    throw damaged(file.path, `it has ${sizeOf(file.path)} bytes of ${bytes}`)
  }
  if (bytes <= wholeCheckBytesMax) {
    const found = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0]
    if (found !== 'ok') throw damaged(file.path, String(found))
  }
  const last = db.prepare('SELECT position, record FROM records ORDER BY position DESC').get()
  const head = Number(last?.position ?? 0)
  if (head < file.rung) {
    throw damaged(
      file.path,
      `its log ends at position ${head}, but ${file.rung} was acknowledged. ` +
        'If it was restored from a backup and what is missing may be given up, delete the file ' +
        'doorbell beside it and start again',
    )
  }
}

function createSchema(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    const isEmpty = numberOf(db, 'SELECT count(*) FROM sqlite_schema') === 0
    // Another process may have created it since.
    if (isEmpty) db.exec(schema)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function assertOurs(db: DatabaseSync, path: string): void {
  const application = numberOf(db, 'PRAGMA application_id')
  const version = numberOf(db, 'PRAGMA user_version')
  if (application === applicationId && version === schemaVersion) return
  const what =
    application === applicationId
      ? `it was written by a newer version of Starling (format ${version}, this one knows ` +
        `${schemaVersion}); start that version`
      : 'it is a database of another program; choose another data directory'
  throw new LogError('damaged', 'no', `${path} cannot be used: ${what}.`)
}

function numberOf(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0)
}

function sizeOf(path: string): number {
  try {
    return fs.statSync(path).size
  } catch (error) {
    if (nodeCodeOf(error) === 'ENOENT') return 0
    throw error
  }
}
