/**
 * A copy of a store that is in use, for another backend. SQLite copies page by page on a thread of
 * libuv's pool, over a connection of its own that sees the store as it was when it began; the store
 * goes on meanwhile, only its write-ahead file grows until the copy is made. The copy is a store of
 * its own, so what it offers is read from itself.
 */
import { rm, stat } from 'node:fs/promises'
import { backup, DatabaseSync } from 'node:sqlite'
import type { SnapshotOffer } from '@starling/core/link/peer'
import { openSqliteStore } from '../store/sqlite-store.ts'
import type { StoreFolder } from './store-folder.ts'
import { originOf } from './store-origin.ts'

export interface StoreCopy {
  readonly path: string
  readonly offer: SnapshotOffer
}

/** In one step: a copy in several would begin again whenever the store is written to. */
const pagesAtOnce = 2 ** 31 - 1

/** Rejects with SQLite's error when the copy cannot be made; nothing is left of it then. */
export async function copyStore(folder: StoreFolder): Promise<StoreCopy> {
  const path = folder.nextCopyPath()
  const source = new DatabaseSync(folder.storePath, { readOnly: true, timeout: 5_000 })
  try {
    await backup(source, path, { rate: pagesAtOnce })
    return { path, offer: await offerOf(path) }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    source.close()
  }
}

/** What a closed copy of a store holds. */
export async function offerOf(path: string): Promise<SnapshotOffer> {
  const log = originOf(path) ?? ''
  const { store, close } = openSqliteStore(path)
  const { position, trail } = store
  close()
  const { size } = await stat(path)
  return { log, position, ...trail, bytes: size }
}
