/**
 * What SQLite's result codes mean here. Its errors carry an extended code in `errcode`, whose low
 * byte is the primary one (https://sqlite.org/rescode.html).
 */
import { LogError, type LogErrorCode } from '@starling/core/log/log'

const resultBusy = 5
const resultCorrupt = 11
const resultFull = 13
const resultNotADatabase = 26

export function isBusy(error: unknown): boolean {
  return resultOf(error) === resultBusy
}

/** Trouble with the file, as against a mistake in a program. */
export function isFileTrouble(error: unknown): boolean {
  return error instanceof LogError || resultOf(error) !== undefined
}

/** The same trouble as a `LogError`, which names the file and, for damage, the remedy. */
export function logErrorOf(
  error: unknown,
  about: { readonly path: string; readonly landed: 'no' | 'unknown' },
): LogError {
  if (error instanceof LogError) return error
  const code = codeOf(error)
  const what = error instanceof Error ? error.message : String(error)
  if (code === 'damaged') return damaged(about.path, what)
  const say = code === 'full' ? 'the disk is full' : 'it could not be written'
  const made = new LogError(code, about.landed, `${about.path}: ${say} (${what}).`)
  made.cause = error
  return made
}

export function damaged(path: string, what: string): LogError {
  return new LogError(
    'damaged',
    'no',
    `${path} is damaged: ${what}. Stop Starling; then restore starling.db from a backup, or move ` +
      'it aside together with starling.db-wal, starling.db-shm and doorbell to start empty. ' +
      `What can be read is salvaged by: sqlite3 ${path} .recover`,
  )
}

function codeOf(error: unknown): LogErrorCode {
  const result = resultOf(error)
  if (result === resultCorrupt || result === resultNotADatabase) return 'damaged'
  if (result === resultFull || nodeCodeOf(error) === 'ENOSPC') return 'full'
  return 'unavailable'
}

function resultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

export function nodeCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
