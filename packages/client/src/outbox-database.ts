/**
 * One SQLite file of a profile, held by one process at a time: the outboxes, the items that wait in
 * them, and the newest entries. The file is locked as long as it is open and by the operating
 * system, so that the lock of a process that was killed is gone with it.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Me, OutboxItem, RestoredState, StoredOutbox } from '@starling/core/client/client-io'
import type { Entry } from '@starling/protocol/entry'
import type { StoredChange } from './storage.ts'

const schemaVersion = 1
const storedEntriesMax = 500
const schema = `
  create table if not exists items (
    outbox text not null, number integer not null, room text not null, item text not null,
    primary key (outbox, number)) without rowid;
  create table if not exists outboxes (
    room text primary key, outbox text not null, next integer not null) without rowid;
  create table if not exists entries (
    room text not null, idx integer not null, entry text not null,
    primary key (room, idx)) without rowid;
  create table if not exists facts (name text primary key, value text not null) without rowid;
  pragma user_version = ${schemaVersion};
`
const sqliteBusy = 5

export class OutboxDatabase {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  private constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.#database = database
  }

  /**
   * Undefined when another process holds it. Two that open the same file in the same moment are in
   * each other's way, and without patience, in milliseconds, both leave it.
   * @throws Error with the remedy when the file is damaged or of a newer version.
   */
  static open(path: string, patienceMs = 0): OutboxDatabase | undefined {
    const database = new DatabaseSync(path, { timeout: patienceMs })
    try {
      database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal;')
      database.exec('pragma synchronous = full; begin exclusive; commit;')
      chmodSync(path, 0o600)
      const version = Number(database.prepare('pragma user_version').get()?.user_version)
      if (version > schemaVersion) {
        throw new Error(`${path} was written by a newer version; update this program`)
      }
      database.exec(schema)
      return new OutboxDatabase(path, database)
    } catch (error) {
      database.close()
      const code = (error as { errcode?: number }).errcode
      if (code !== undefined && (code & 0xff) === sqliteBusy) return undefined
      if (code === undefined) throw error
      const what = (error as Error).message
      throw new Error(`${path} cannot be read (${what}); move it away to start without it`)
    }
  }

  read(): RestoredState {
    const me = this.#fact<Me>('me')
    const items = this.#prepare('select item from items order by outbox, number').all()
    const outboxes = this.#prepare('select room, outbox, next from outboxes order by room').all()
    const timelines = new Map<string, Entry[]>()
    for (const row of this.#prepare('select room, entry from entries order by room, idx').all()) {
      const entries = timelines.get(String(row.room)) ?? []
      timelines.set(String(row.room), entries)
      entries.push(JSON.parse(String(row.entry)) as Entry)
    }
    const state = {
      rooms: this.#fact<RestoredState['rooms']>('rooms') ?? [],
      items: items.map((row) => JSON.parse(String(row.item)) as OutboxItem),
      outboxes: outboxes.map((row) => ({ ...row }) as unknown as StoredOutbox),
      timelines,
    }
    return me === undefined ? state : { ...state, me }
  }

  /** All or nothing. */
  write(changes: readonly StoredChange[]): void {
    this.#database.exec('begin immediate')
    try {
      for (const change of changes) this.#apply(change)
      this.#database.exec('commit')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  /**
   * Removes all items, and the outboxes that they were in: their next numbers are known to whoever
   * has the items, and nobody may go on counting beside them.
   */
  clearItems(): void {
    this.#database.exec(`
      begin immediate;
      delete from outboxes where outbox in (select outbox from items);
      delete from items;
      commit;
    `)
  }

  close(): void {
    this.#prepare(
      `delete from entries where idx <= (select max(e.idx) from entries e
        where e.room = entries.room) - ?`,
    ).run(storedEntriesMax)
    this.#database.close()
  }

  #apply(change: StoredChange): void {
    switch (change.kind) {
      case 'store-items':
        for (const item of change.forget) this.#forget(item)
        for (const item of change.items) this.#put(item)
        for (const { room, outbox, next } of change.outboxes) {
          this.#prepare('insert or replace into outboxes values (?, ?, ?)').run(room, outbox, next)
        }
        return
      case 'forget-item':
        return this.#forget(change.item)
      case 'store-entries':
        if (change.isReset) this.#prepare('delete from entries where room = ?').run(change.room)
        for (const entry of change.entries) {
          this.#prepare('insert or replace into entries values (?, ?, ?)').run(
            change.room,
            entry.index,
            JSON.stringify(entry),
          )
        }
        return
      case 'store-me': {
        const before = this.#fact<Me>('me')
        if (before !== undefined && before.user !== change.me.user) {
          this.#prepare('delete from outboxes').run()
          this.#prepare('delete from entries').run()
        }
        this.#putFact('me', change.me)
        this.#putFact('rooms', change.rooms)
      }
    }
  }

  #put(item: OutboxItem): void {
    const { outbox, number, room } = item
    this.#prepare('insert or replace into items values (?, ?, ?, ?)').run(
      outbox,
      number,
      room,
      JSON.stringify(item),
    )
  }

  #forget({ outbox, number }: OutboxItem): void {
    this.#prepare('delete from items where outbox = ? and number = ?').run(outbox, number)
  }

  #fact<T>(name: string): T | undefined {
    const row = this.#prepare('select value from facts where name = ?').get(name)
    return row === undefined ? undefined : (JSON.parse(String(row.value)) as T)
  }

  #putFact(name: string, value: unknown): void {
    this.#prepare('insert or replace into facts values (?, ?)').run(name, JSON.stringify(value))
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
