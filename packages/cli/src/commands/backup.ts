/**
 * `starling backup FILE`: a copy of the installation, whole and of one moment, while the servers
 * run. The copy is made beside the target and appears there when it is complete.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { Config } from '@starling/server/config/config'
import { natsSettingsOf } from '@starling/server/config/nats-settings-of'
import { backUpNats } from '@starling/server/migration/nats-backup'
import { configAndFileOf } from '../config-arguments.ts'
import { exitCodes, NotDone } from '../exit-codes.ts'
import { notDone } from '../migration/not-done.ts'
import type { RunCommand } from '../subcommand.ts'

/** All pages in one step: one moment, which writers cannot disturb. */
const pagesAtOnce = 2 ** 31 - 1

export const run: RunCommand = async (args, surroundings) => {
  const { config, file: target } = configAndFileOf(args, { say: 'say to which file', surroundings })
  const source = sourceOf(config)
  if (existsSync(target)) {
    throw new NotDone(`${target} is there already`, 'choose another name')
  }
  if (config.values.engine === 'nats') await copyLog(config, target, surroundings.note)
  else await copyFile(source, target)
  surroundings.out(`Copied ${source} to ${target}`)
  return exitCodes.done
}

function sourceOf({ values, dataFolder }: Config): string {
  if (values.engine === 'nats') return `the stream ${values['nats.stream']}`
  const source = join(dataFolder, 'starling.db')
  if (existsSync(source)) return source
  throw new NotDone(`there is no ${source}`, 'name the data folder: --data FOLDER')
}

async function copyLog(config: Config, target: string, say: (line: string) => void): Promise<void> {
  const folder = `${target}.${process.pid}.part`
  try {
    await backUpNats({ folder, nats: natsSettingsOf(config), say })
    assertWhole(join(folder, 'starling.db'))
    renameSync(join(folder, 'starling.db'), target)
  } catch (error) {
    throw notDone(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function copyFile(source: string, target: string): Promise<void> {
  const draft = `${target}.${process.pid}.part`
  // As private as the source is.
  writeFileSync(draft, '', { mode: 0o600 })
  const database = new DatabaseSync(source, { readOnly: true })
  try {
    await backup(database, draft, { rate: pagesAtOnce })
    assertWhole(draft)
    renameSync(draft, target)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new NotDone(
      `cannot copy ${source} to ${target} (${error.message})`,
      'see that the target can be written and its disk has room',
    )
  } finally {
    database.close()
    for (const left of [draft, `${draft}-wal`, `${draft}-shm`]) rmSync(left, { force: true })
  }
}

/** Also folds the copy's WAL into it, so that it is one file. */
function assertWhole(path: string): void {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    const found = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]
    if (found !== 'ok') {
      throw new NotDone(
        `the copy is damaged: ${String(found)}`,
        'the source is damaged, too: stop the servers and see docs/operating.md',
      )
    }
  } finally {
    database.close()
  }
}
