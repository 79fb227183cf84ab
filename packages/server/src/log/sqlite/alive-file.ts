/**
 * Shows that this process lives. Each process of an engine keeps `alive/<name>` in the data
 * directory, which says who it is, and touches it every 500 ms from its event loop: while the file
 * moves, the process gets its turns. `frozen-watch.ts` looks at the files of the others.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { LogError } from '@starling/core/log/log'
import { seeProcess } from './process-identity.ts'
import { nodeCodeOf } from './sqlite-trouble.ts'

const touchMs = 500

export interface Living {
  readonly pid: number
  readonly startedAt: string
}

export class AliveFile {
  readonly #path: string
  readonly #file: number
  readonly #timer: NodeJS.Timeout

  /** Throws when another living process has the name. */
  constructor(directory: string, name: string) {
    fs.mkdirSync(aliveDirectory(directory), { recursive: true, mode: 0o700 })
    this.#path = join(aliveDirectory(directory), name)
    refuseIfTaken(this.#path, name)
    const own: Living = {
      pid: process.pid,
      startedAt: seeProcess(process.pid)?.startedAt ?? '',
    }
    // Put in place whole: who reads it sees the former one or this one.
    const fresh = `${this.#path}.${process.pid}`
    fs.writeFileSync(fresh, `${JSON.stringify(own)}\n`, { mode: 0o600 })
    this.#file = fs.openSync(fresh, 'r+')
    fs.renameSync(fresh, this.#path)
    this.#timer = setInterval(() => this.#touch(), touchMs)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
    fs.closeSync(this.#file)
    fs.rmSync(this.#path, { force: true })
  }

  #touch(): void {
    const now = new Date()
    fs.futimesSync(this.#file, now, now)
  }
}

export function aliveDirectory(directory: string): string {
  return join(directory, 'alive')
}

/** Undefined when the file is gone or is not such a file. */
export function readAliveFile(path: string): Living | undefined {
  let text: string
  try {
    text = fs.readFileSync(path, 'utf8')
  } catch (error) {
    if (nodeCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const found = /^\{"pid":(\d{1,10}),"startedAt":"([^"\\]*)"\}\n$/.exec(text)
  return found ? { pid: Number(found[1]), startedAt: found[2] ?? '' } : undefined
}

/** What is known of the process if it is still the one that wrote the file. */
export function seeLiving(living: Living) {
  const seen = seeProcess(living.pid)
  return seen?.startedAt === living.startedAt ? seen : undefined
}

function refuseIfTaken(path: string, name: string): void {
  const other = readAliveFile(path)
  // Without start times a number found again proves nothing.
  if (!other || other.startedAt === '' || !seeLiving(other)) return
  const whose = other.pid === process.pid ? 'this process' : `process ${other.pid}`
  throw new LogError(
    'unavailable',
    'no',
    `"${name}" already runs on this data directory as ${whose} (${path}). ` +
      'Stop it first, or choose another name or directory.',
  )
}
