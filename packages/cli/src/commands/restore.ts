/**
 * `starling restore FILE`: brings a backup back, on the engine that the configuration names. No
 * server may run. Nothing that is there is overwritten.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { storeFolderOf } from '@starling/server/backend/nats-backend-engine'
import type { Config } from '@starling/server/config/config'
import { natsSettingsOf } from '@starling/server/config/nats-settings-of'
import { restoreNats } from '@starling/server/migration/nats-backup'
import { configAndFileOf } from '../config-arguments.ts'
import { exitCodes, NotDone } from '../exit-codes.ts'
import { notDone } from '../migration/not-done.ts'
import type { RunCommand } from '../subcommand.ts'
import { lockDataFolder } from '../supervisor/data-lock.ts'

export const run: RunCommand = async (args, surroundings) => {
  const say = 'say from which file'
  const { config, file: source } = configAndFileOf(args, { say, surroundings })
  if (!existsSync(source)) throw new NotDone(`there is no ${source}`, 'name a backup')
  const lock = lockDataFolder(config.dataFolder)
  try {
    const target =
      config.values.engine === 'nats'
        ? await toStream(config, source, surroundings.note)
        : toFile(config, source)
    surroundings.out(`Restored ${source} to ${target}`)
  } finally {
    lock.release()
  }
  return exitCodes.done
}

async function toStream(
  config: Config,
  source: string,
  say: (line: string) => void,
): Promise<string> {
  const folder = join(config.dataFolder, `restore.${process.pid}.part`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    copyWhole(source, join(folder, 'starling.db'))
    const storeFolders = config.backends.map(({ name }) => storeFolderOf(config.dataFolder, name))
    const nats = natsSettingsOf(config)
    const { position } = await restoreNats({ folder, nats, storeFolders, say })
    return `the stream ${config.values['nats.stream']}, ${position.toLocaleString('en')} records`
  } catch (error) {
    throw notDone(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function toFile({ dataFolder }: Config, source: string): string {
  const target = join(dataFolder, 'starling.db')
  // The doorbell tells how far the log of before went: the copy may end sooner.
  const there = [target, `${target}-wal`, join(dataFolder, 'doorbell')].find(existsSync)
  if (there !== undefined) {
    const remedy = 'move starling.db, starling.db-wal, starling.db-shm and doorbell aside first'
    throw new NotDone(`${there} is there already`, remedy)
  }
  const draft = `${target}.${process.pid}.part`
  try {
    copyWhole(source, draft)
    renameSync(draft, target)
  } finally {
    rmSync(draft, { force: true })
  }
  return target
}

function copyWhole(source: string, target: string): void {
  try {
    copyFileSync(source, target)
    const database = new DatabaseSync(target)
    try {
      const found = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]
      const isLog = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'records'").get()
      if (found === 'ok' && isLog !== undefined) return
    } finally {
      database.close()
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new NotDone(`cannot read ${source} (${error.message})`, 'name a whole backup')
  }
  throw new NotDone(`${source} is no backup, or it is damaged`, 'name a whole backup')
}
