/**
 * One supervisor a data folder. The lock is SQLite's exclusive lock on `supervisor.lock`: the
 * kernel lets go of it when the process ends, however it ends, so it is never stale. Beside it,
 * `supervisor.json` says who holds it and which processes it started, for the message to a second
 * supervisor and for the next one, which waits for processes that a killed supervisor left behind.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { CannotStart } from '../exit-codes.ts'

const holder = z.object({
  pid: z.int(),
  since: z.string(),
  processes: z.array(
    z.object({ name: z.string(), pid: z.int(), startedAt: z.string().optional() }),
  ),
})
export type Holder = z.infer<typeof holder>

export interface DataLock {
  /** The one before, if it left a note. */
  readonly previous: Holder | undefined
  /** Keeps the note true. */
  note(processes: Holder['processes']): void
  release(): void
}

const sqliteBusy = 5

/** Throws `CannotStart` when another supervisor has it. */
export function lockDataFolder(folder: string): DataLock {
  makeFolder(folder)
  const notePath = join(folder, 'supervisor.json')
  const previous = readNote(notePath)
  const database = openLock(folder)
  try {
    // Nothing is ever written to it, so it needs no journal.
    database.exec('PRAGMA journal_mode = OFF')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!(error instanceof Error && 'errcode' in error)) throw error
    if (error.errcode !== sqliteBusy) {
      throw new CannotStart(
        `cannot lock ${folder} (${error.message})`,
        'remove supervisor.lock from it if no other starling runs there',
      )
    }
    const who = previous ? `process ${previous.pid}, since ${previous.since}` : 'another process'
    throw new CannotStart(
      `${folder} is in use by another "starling up" (${who})`,
      'stop that one first, or use another folder: --data FOLDER',
    )
  }
  const since = new Date().toISOString()
  const note = (processes: Holder['processes']): void => {
    const text = JSON.stringify({ pid: process.pid, since, processes } satisfies Holder)
    writeFileSync(`${notePath}.new`, text)
    renameSync(`${notePath}.new`, notePath)
  }
  return {
    previous,
    note,
    release: () => {
      note([])
      database.close()
    },
  }
}

function openLock(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, 'supervisor.lock'), { timeout: 0 })
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error)) throw error
    throw new CannotStart(
      `cannot write into ${folder} (${error.message})`,
      'see that it is writable for this user, or use another: --data FOLDER',
    )
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CannotStart(
      `cannot make the data folder ${folder} (${why})`,
      'make it yourself, or use another: --data FOLDER',
    )
  }
}

/** It is only a note: one that cannot be read counts as none. */
function readNote(path: string): Holder | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const read = holder.safeParse(parsedOrUndefined(text))
  return read.success ? read.data : undefined
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
