/** From one engine to the other: which logs are opened, and how one sees that nobody writes. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LogError } from '@starling/core/log/log'
import { Replica } from '@starling/core/room/apply'
import { storeFolderOf } from '../backend/nats-backend-engine.ts'
import { isWho, whoMessage } from '../backend/peer-messages.ts'
import { openSqliteEngine } from '../engine/sqlite-engine.ts'
import { NatsLog } from '../log/nats/nats-log.ts'
import type { NatsSettings } from '../log/nats/nats-settings.ts'
import { SqliteLog } from '../log/sqlite/sqlite-log.ts'
import { livingProcesses } from './living-processes.ts'
import { type Moved, moveLog } from './moving.ts'
import { seedStores } from './seed-stores.ts'

/** Of this process beside the servers'. */
const ownName = 'migrate'

/** A backend of the engine nats that does not answer for so long has stopped. */
const silenceMs = 3_000
const askEveryMs = 500

export interface MigrationToNats {
  readonly dataFolder: string
  /** Names; each gets the store that it needs to begin at once. */
  readonly backends: readonly string[]
  readonly nats: NatsSettings
  readonly say: (line: string) => void
  readonly keepAtRest: () => void
}

export async function migrateToNats(migration: MigrationToNats): Promise<Moved> {
  const { dataFolder, backends, nats, say, keepAtRest } = migration
  const path = join(dataFolder, 'starling.db')
  if (!existsSync(path)) throw new LogError('unavailable', 'no', `There is no ${path}.`)
  const source = await SqliteLog.open({ directory: dataFolder, name: ownName })
  try {
    const target = await NatsLog.open(nats, { name: ownName, onNotice: ({ text }) => say(text) })
    try {
      const writers = () => livingProcesses(dataFolder)
      const moved = await moveLog({ source, target, writers, keepAtRest, say })
      const folders = backends.map((name) => storeFolderOf(dataFolder, name))
      const seeded = await seedStores({ source: path, folders, log: target.identity })
      if (seeded.length > 0) say(`The backends' stores are ready: ${seeded.join(', ')}`)
      return moved
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

export interface MigrationToSqlite {
  /** No server may run on it. */
  readonly dataFolder: string
  readonly nats: NatsSettings
  readonly say: (line: string) => void
}

export async function migrateToSqlite(migration: MigrationToSqlite): Promise<Moved> {
  const { dataFolder, nats, say } = migration
  const source = await NatsLog.open(nats, { name: ownName, onNotice: ({ text }) => say(text) })
  try {
    const heard = new HeardPeers(source)
    const target = await openSqliteEngine({
      directory: dataFolder,
      name: ownName,
      makeReplica: (store) => new Replica({ store }),
    })
    try {
      const writers = () => heard.writers()
      return await moveLog({ source, target: target.log, writers, keepAtRest: () => {}, say })
    } finally {
      heard.stop()
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** The backends that answer when they are asked who is there. */
class HeardPeers {
  readonly #at = new Map<string, number>()
  readonly #sinceMs = performance.now()
  readonly #asking: NodeJS.Timeout
  readonly #unlisten: () => void

  constructor(log: NatsLog) {
    this.#unlisten = log.onPeers((message) => {
      if (!isWho(message)) this.#at.set(message.from, performance.now())
    })
    const ask = () => log.tellPeers(whoMessage(ownName))
    ask()
    this.#asking = setInterval(ask, askEveryMs)
  }

  stop(): void {
    clearInterval(this.#asking)
    this.#unlisten()
  }

  writers(): readonly string[] {
    const limit = performance.now() - silenceMs
    const names = [...this.#at].filter(([, atMs]) => atMs > limit).map(([name]) => name)
    if (names.length > 0) return names
    return this.#sinceMs > limit ? ['perhaps a backend that has not answered yet'] : []
  }
}
