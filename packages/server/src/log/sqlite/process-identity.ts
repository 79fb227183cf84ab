/**
 * Which process a number means. Numbers are given again, so a process is known by its number and
 * the moment of its start. On Linux both come from /proc (with the boot's id, since start times
 * count from boot); on macOS and the BSDs from `ps`, whose start times have a resolution of a
 * second; on Windows there is neither, and the number has to do. A process of another container
 * that shares the directory is not found, hence never taken for one of here.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { nodeCodeOf } from './sqlite-trouble.ts'

export interface ProcessSeen {
  /** Empty where the platform does not tell. */
  readonly startedAt: string
  /** Stopped by a signal: it will do nothing until it is continued. Undefined: not told. */
  readonly isStopped: boolean | undefined
}

/** Undefined when no such process lives. */
export function seeProcess(pid: number): ProcessSeen | undefined {
  if (process.platform === 'linux') return seeByProc(pid)
  if (process.platform === 'win32') return seeByNumber(pid)
  return seeByPs(pid)
}

function seeByProc(pid: number): ProcessSeen | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch (error) {
    if (nodeCodeOf(error) === 'ENOENT' || nodeCodeOf(error) === 'ESRCH') return undefined
    throw error
  }
  // "pid (name) state ppid …": the name may hold anything, so count from its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0] ?? ''
  if (state === 'Z' || state === 'X') return undefined
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return { startedAt: `${bootId}:${fields[19]}`, isStopped: state === 'T' || state === 't' }
}

export function seeByPs(pid: number): ProcessSeen | undefined {
  let line: string
  try {
    const found = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    line = found.trim()
  } catch (error) {
    // `ps` ends with 1 when it finds nobody; anything else is trouble of its own.
    if (error instanceof Error && 'status' in error && error.status === 1) return undefined
    throw error
  }
  const state = line[0] ?? 'Z'
  if (state === 'Z') return undefined
  return { startedAt: line.replace(/^\S+\s+/, ''), isStopped: state === 'T' || state === 't' }
}

function seeByNumber(pid: number): ProcessSeen | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (nodeCodeOf(error) === 'ESRCH') return undefined
    throw error
  }
  return { startedAt: '', isStopped: undefined }
}
