/**
 * The tables of the read model. They can be dropped and rebuilt from the log at any time, so a
 * change of them, or of what applying a record does, needs no migration: raise the version.
 */
import type { DatabaseSync } from 'node:sqlite'
import { groupTableNames, groupTables } from './group-schema.ts'

/** Raised whenever the tables or the effect of any record changed. */
export const storeVersion = 7

const tables = `
  CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    record_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    settings TEXT NOT NULL,
    indexed INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE accounts (
    user TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL UNIQUE,
    is_guest INTEGER NOT NULL,
    password_hash TEXT,
    added_at INTEGER NOT NULL
  ) STRICT;
  -- 'added' orders the devices of one person.
  CREATE TABLE devices (
    added INTEGER PRIMARY KEY,
    device TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    label TEXT NOT NULL,
    added_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX devices_of ON devices (user, added);

  CREATE TABLE rooms (
    room TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    folded_title TEXT NOT NULL,
    topic TEXT NOT NULL,
    head INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    members INTEGER NOT NULL,
    owners INTEGER NOT NULL,
    is_encrypted INTEGER NOT NULL,
    history TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX public_titles ON rooms (folded_title) WHERE kind = 'public';
  CREATE INDEX public_rooms ON rooms (room, folded_title) WHERE kind = 'public';

  CREATE TABLE members (
    room TEXT NOT NULL,
    user TEXT NOT NULL,
    role TEXT NOT NULL,
    is_muted INTEGER NOT NULL,
    read_up_to INTEGER NOT NULL,
    PRIMARY KEY (room, user)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rooms_of ON members (user, room);
  CREATE TABLE bans (
    room TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (room, user)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE invites (
    room TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (room, user)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE muted_away (
    room TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (room, user)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outboxes (
    room TEXT NOT NULL,
    outbox TEXT NOT NULL,
    user TEXT NOT NULL,
    last INTEGER NOT NULL,
    refusals TEXT NOT NULL,
    PRIMARY KEY (room, outbox)
  ) STRICT, WITHOUT ROWID;

  -- 'cursor' counts entries of all rooms as they came; search goes by it.
  CREATE TABLE entries (
    cursor INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    number_in_room INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outbox TEXT,
    number INTEGER,
    edit_of INTEGER,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX entries_of ON entries (room, number_in_room);
  CREATE INDEX edits ON entries (room, edit_of, number_in_room) WHERE edit_of IS NOT NULL;

  -- Without the newest entries, as post_words: unindexed.ts.
  CREATE TABLE sends (
    room TEXT NOT NULL,
    outbox TEXT NOT NULL,
    number INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    PRIMARY KEY (room, outbox, number)
  ) STRICT, WITHOUT ROWID;

  -- rowid is the cursor of the post; what is in it: search-index.ts.
  CREATE VIRTUAL TABLE post_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '1 2',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co' tokenchars '_'"
  );

  ${groupTables}
  INSERT INTO progress VALUES (1, ${storeVersion}, 0, '', '', '', 0);
`

const tableNames = [
  ...['progress', 'accounts', 'devices', 'rooms', 'members', 'bans', 'invites'],
  ...['muted_away', 'outboxes', 'entries', 'sends', 'post_words'],
  ...groupTableNames,
]

/**
 * Makes the tables where they are missing or of another version. True when it made them: the log is
 * then to be applied from its beginning. To be called within a transaction.
 */
export function prepareStore(db: DatabaseSync): boolean {
  if (storedVersion(db) === storeVersion) return false
  recreateStore(db)
  return true
}

/** To be called within a transaction. */
export function recreateStore(db: DatabaseSync): void {
  for (const table of tableNames) db.exec(`DROP TABLE IF EXISTS ${table}`)
  db.exec(tables)
}

function storedVersion(db: DatabaseSync): number | undefined {
  const found = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'progress'").get()
  if (!found) return undefined
  const row = db.prepare('SELECT version FROM progress').get()
  return row && Number(row.version)
}
