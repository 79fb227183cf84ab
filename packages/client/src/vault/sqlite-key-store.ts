/**
 * The keys of a profile in Node: one SQLite file, for its user alone (mode 0600). A turn is one
 * write transaction, so processes that share a profile take turns, the system ends the turn of one
 * that is killed, and what a turn put is on the disk when it settles.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type KeyStore, KeyStoreBusy, type KeyTurn, type KeyWrite } from './key-store.ts'
import { TurnQueue } from './turn-queue.ts'

const schemaVersion = 1
/** Another process holds a turn at most for the commit of a large room. */
const busyMsMax = 5_000
const sqliteBusy = 5
const schema = `
  create table if not exists keys (key text primary key, value blob not null) without rowid;
  create table if not exists writes (one integer primary key, count integer not null) without rowid;
  insert or ignore into writes values (1, 0);
  pragma user_version = ${schemaVersion};
`

/** @throws Error with the remedy when the file is damaged or of a newer version. */
export function openSqliteKeyStore(path: string): KeyStore {
  const database = new DatabaseSync(path, { timeout: busyMsMax })
  try {
    chmodSync(path, 0o600)
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on')
    const version = Number(database.prepare('pragma user_version').get()?.user_version)
    if (version > schemaVersion) {
      throw new Error(`${path} was written by a newer version; update this program`)
    }
    database.exec(`begin immediate; ${schema} commit;`)
    return new SqliteKeyStore(database)
  } catch (error) {
    database.close()
    const code = (error as { errcode?: number }).errcode
    if (code === undefined) throw error
    const what = (error as Error).message
    throw new Error(`the keys in ${path} cannot be read (${what}); move it away to start without`)
  }
}

class SqliteKeyStore implements KeyStore {
  readonly #database: DatabaseSync
  readonly #queue = new TurnQueue()
  readonly #get
  readonly #keys
  readonly #put
  readonly #remove
  readonly #count
  readonly #counted
  /** How many writes there were at the end of the last turn here. */
  #writes = -1

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#get = database.prepare('select value from keys where key = ?')
    this.#keys = database.prepare('select key from keys where key >= ? and key < ? order by key')
    this.#put = database.prepare('insert or replace into keys values (?, ?)')
    this.#remove = database.prepare('delete from keys where key = ?')
    this.#count = database.prepare('update writes set count = count + 1')
    this.#counted = database.prepare('select count from writes')
  }

  turn<T>(act: (turn: KeyTurn) => Promise<T>): Promise<T> {
    return this.#queue.next(() => this.#turn(act))
  }

  async close(): Promise<void> {
    await this.#queue.settled()
    this.#database.close()
  }

  async #turn<T>(act: (turn: KeyTurn) => Promise<T>): Promise<T> {
    this.#begin()
    try {
      const before = this.#writesNow()
      const result = await act({
        isChanged: before !== this.#writes,
        get: async (key) => this.#get.get(key)?.value as Uint8Array | undefined,
        keys: async (prefix) =>
          this.#keys.all(prefix, `${prefix}\u{10ffff}`).map(({ key }) => String(key)),
        batch: async (writes) => this.#batch(writes),
      })
      const after = this.#writesNow()
      this.#database.exec('commit')
      this.#writes = after
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  #begin(): void {
    try {
      this.#database.exec('begin immediate')
    } catch (error) {
      const { errcode, message } = error as { errcode?: number; message: string }
      if (errcode === undefined || (errcode & 0xff) !== sqliteBusy) throw error
      throw new KeyStoreBusy(`another program has the keys of this profile in use (${message})`)
    }
  }

  #batch(writes: readonly KeyWrite[]): void {
    for (const { key, value } of writes) {
      if (value === null) this.#remove.run(key)
      else this.#put.run(key, value)
    }
    if (writes.length > 0) this.#count.run()
  }

  #writesNow(): number {
    return Number(this.#counted.get()?.count)
  }
}
