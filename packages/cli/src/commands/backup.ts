/**
 * `starling backup FILE`: a copy of the embedded engine's file, whole and of one moment, while the
 * servers run. The copy is made beside the target and appears there when it is complete.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { configOf, configOptions } from '../config-arguments.ts'
import { exitCodes, NotDone, UsageError } from '../exit-codes.ts'
import type { RunCommand } from '../subcommand.ts'

/** All pages in one step: one moment, which writers cannot disturb. */
const pagesAtOnce = 2 ** 31 - 1

export const run: RunCommand = async (args, surroundings) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: configOptions,
    allowPositionals: true,
  })
  const [given, ...rest] = positionals
  if (given === undefined || rest.length > 0) throw new UsageError('say to which file')
  const source = join(configOf(values, surroundings).dataFolder, 'starling.db')
  const target = resolve(surroundings.workingFolder, given)
  if (!existsSync(source)) {
    throw new NotDone(`there is no ${source}`, 'name the data folder: --data FOLDER')
  }
  if (existsSync(target)) {
    throw new NotDone(`${target} is there already`, 'choose another name')
  }
  await copy(source, target)
  surroundings.out(`Copied ${source} to ${target}`)
  return exitCodes.done
}

async function copy(source: string, target: string): Promise<void> {
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
