/**
 * The embedded engine: the log and the store in one SQLite file, shared by the processes of one
 * machine. An append is durable and applied by one commit, so the store stands at the log's head
 * whenever nobody writes. It is behind only after it was made anew, because there was none, or it
 * was of another version, or it was asked for; then it is brought forward before the engine is
 * handed out, and each append goes on with that if another process is still at it.
 */
import type { Position } from '@starling/core/log/record'
import type { Store } from '@starling/core/room/store'
import { SqliteFile, type SqliteFileOptions } from '../log/sqlite/sqlite-file.ts'
import { SqliteLog, type WithinAppend } from '../log/sqlite/sqlite-log.ts'
import { damaged } from '../log/sqlite/sqlite-trouble.ts'
import { prepareStore, recreateStore } from '../store/schema.ts'
import { SqliteStore } from '../store/sqlite-store.ts'

/** What applies records to the store: `Replica` of core/room/apply.ts. */
export type Applier = Pick<WithinAppend, 'apply'>

export interface SqliteEngineOptions<R extends Applier> extends SqliteFileOptions {
  readonly makeReplica: (store: Store) => R
  /** Told while the store is brought forward to the log's head. */
  readonly onCatchUp?: (position: Position, head: Position) => void
  /** Drops the store and makes it anew from the log. */
  readonly isStoreToBeRebuilt?: boolean
}

export interface SqliteEngine<R extends Applier> {
  readonly log: SqliteLog
  readonly store: SqliteStore
  readonly replica: R
  close(): Promise<void>
}

/** Rejects with a `LogError`: `damaged` when an operator must act. */
export async function openSqliteEngine<R extends Applier>(
  options: SqliteEngineOptions<R>,
): Promise<SqliteEngine<R>> {
  return assembleSqliteEngine(await SqliteFile.open(options), options)
}

/** Takes the file over, and closes it when it rejects. */
export async function assembleSqliteEngine<R extends Applier>(
  file: SqliteFile,
  options: SqliteEngineOptions<R>,
): Promise<SqliteEngine<R>> {
  try {
    await file.transact(() => {
      if (options.isStoreToBeRebuilt) recreateStore(file.db)
      else prepareStore(file.db)
    })
    const store = new SqliteStore(file.db, { reads: file.reads })
    const replica = options.makeReplica(store)
    const log = new SqliteLog(file, {
      get position() {
        return store.position
      },
      apply: (position, record) => replica.apply(position, record),
      batch: (work) => store.batch(work),
    })
    // In this order: another process may commit between the two reads.
    const { position } = store
    const head = await log.head()
    if (position > head) {
      throw damaged(file.path, `its store stands at ${position}, its log ends at ${head}`)
    }
    await log.catchUp(options.onCatchUp ?? (() => {}))
    return { log, store, replica, close: () => log.close() }
  } catch (error) {
    file.close()
    throw error
  }
}
