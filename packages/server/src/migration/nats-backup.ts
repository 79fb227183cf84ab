/**
 * A backup of the engine nats is its log up to one position, in a file as the embedded engine has
 * it: one file, and readable without NATS. What was copied is compared with the log before it
 * counts as a backup.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { LogError } from '@starling/core/log/log'
import { NatsLog } from '../log/nats/nats-log.ts'
import type { NatsSettings } from '../log/nats/nats-settings.ts'
import { SqliteLog } from '../log/sqlite/sqlite-log.ts'
import { type Moved, moveLog } from './moving.ts'
import { seedStores } from './seed-stores.ts'

const ownName = 'backup'

const nobodyWaitedFor = { writers: () => [], keepAtRest: () => {} } as const

interface Part {
  /** For this work alone; the file in it is `starling.db`. */
  readonly folder: string
  readonly nats: NatsSettings
  readonly say: (line: string) => void
}

/** Up to where the log ends by then; servers go on writing meanwhile. */
export async function backUpNats({ folder, nats, say }: Part): Promise<Moved> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return withLogs({ folder, nats, say }, (natsLog, file) => {
    return moveLog({ source: natsLog, target: file, ...nobodyWaitedFor, say })
  })
}

export interface NatsRestore extends Part {
  /** Folders of the backends that get a store, where the backup holds one. */
  readonly storeFolders: readonly string[]
}

/** Into a stream that is empty, or that holds the beginning of the same. */
export async function restoreNats({ storeFolders, ...part }: NatsRestore): Promise<Moved> {
  const path = join(part.folder, 'starling.db')
  if (!existsSync(path)) throw new LogError('unavailable', 'no', `There is no ${path}.`)
  return withLogs(part, async (natsLog, file) => {
    const { say } = part
    const moved = await moveLog({ source: file, target: natsLog, ...nobodyWaitedFor, say })
    await seedStores({ source: path, folders: storeFolders, log: natsLog.identity })
    return moved
  })
}

async function withLogs<T>(
  { folder, nats, say }: Part,
  work: (natsLog: NatsLog, file: SqliteLog) => Promise<T>,
): Promise<T> {
  const natsLog = await NatsLog.open(nats, { name: ownName, onNotice: ({ text }) => say(text) })
  try {
    const file = await SqliteLog.open({ directory: folder, name: ownName })
    try {
      return await work(natsLog, file)
    } finally {
      await file.close()
    }
  } finally {
    await natsLog.close()
  }
}
