/**
 * Gives backends that begin on another log the store that the embedded engine made from the same
 * records, so that they need not apply all of them again. A store that they have of another log
 * would keep them from starting: it is set aside.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { StoreFolder } from '../engine/store-folder.ts'
import { isOfThisVersion, originOf, putOrigin } from '../engine/store-origin.ts'

export interface Seeding {
  /** The file of the embedded engine. */
  readonly source: string
  /** One folder for each backend. */
  readonly folders: readonly string[]
  /** The identity of the log that the backends will follow. */
  readonly log: string
}

const pagesAtOnce = 2 ** 31 - 1

/** The folders that got a store; those that have one of this log keep it. */
export async function seedStores({ source, folders, log }: Seeding): Promise<readonly string[]> {
  for (const folder of folders) setAsideOther(folder, log)
  const empty = folders.filter((folder) => !existsSync(join(folder, 'store.db')))
  const [first] = empty
  if (first === undefined || !isOfThisVersion(source)) return []
  mkdirSync(first, { recursive: true, mode: 0o700 })
  const draft = join(first, 'store.db.part')
  try {
    await copyWithoutLog(source, draft)
    putOrigin(draft, log)
    for (const folder of empty) place(draft, folder)
  } finally {
    rmSync(draft, { force: true })
  }
  return empty
}

function setAsideOther(folder: string, log: string): void {
  const path = join(folder, 'store.db')
  if (!existsSync(path) || originOf(path) === log) return
  const taken = StoreFolder.take(folder)
  try {
    taken.setAside(new Date().toISOString())
  } finally {
    taken.release()
  }
}

async function copyWithoutLog(source: string, draft: string): Promise<void> {
  rmSync(draft, { force: true })
  const from = new DatabaseSync(source, { readOnly: true, timeout: 5_000 })
  try {
    await backup(from, draft, { rate: pagesAtOnce })
  } finally {
    from.close()
  }
  const copy = new DatabaseSync(draft)
  try {
    copy.exec('PRAGMA journal_mode = DELETE; DROP TABLE records; DROP TABLE probes; VACUUM')
  } finally {
    copy.close()
  }
}

/** It appears whole or not at all. */
function place(draft: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const target = join(folder, 'store.db')
  const copy = `${target}.copy`
  copyFileSync(draft, copy)
  renameSync(copy, target)
  if (dirname(draft) !== folder) rmSync(join(folder, 'store.db.part'), { force: true })
}
