/**
 * Processes that a killed supervisor left behind. They notice that it is gone and finish by
 * themselves; the next supervisor waits for that, and kills who takes too long. A process is taken
 * for the noted one only when the time of its start agrees too, since ids are used again.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Holder } from './data-lock.ts'

export interface LeftoverTuning {
  readonly lookMs: number
  readonly waitMsMax: number
}

const leftoverTuning: LeftoverTuning = { lookMs: 25, waitMsMax: 10_000 }

type Noted = Holder['processes'][number]

/** Calls `waiting` once when there is something to wait for. */
export async function endLeftovers(
  noted: readonly Noted[],
  waiting: (names: readonly string[]) => void,
  tuning: LeftoverTuning = leftoverTuning,
): Promise<void> {
  let left = noted.filter(isSame)
  if (left.length === 0) return
  waiting(left.map(({ name }) => name))
  const giveUpAt = performance.now() + tuning.waitMsMax
  while (left.length > 0 && performance.now() < giveUpAt) {
    await wait(tuning.lookMs)
    left = left.filter(isSame)
  }
  for (const { pid } of left) kill(pid)
}

function isSame({ pid, startedAt }: Noted): boolean {
  return startedAt !== undefined && processStartedAt(pid) === startedAt
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Tells two processes of one id apart; undefined when there is none or it cannot be known. */
export function processStartedAt(pid: number): string | undefined {
  if (process.platform === 'linux') return startedAtOnLinux(pid)
  if (process.platform === 'win32') return undefined
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch (error) {
    // ps ends with 1 for no such process.
    if (error instanceof Error && 'status' in error && error.status === 1) return undefined
    throw error
  }
}

/** Field 22 of the kernel's line, in ticks since its start; a zombie counts as gone. */
function startedAtOnLinux(pid: number): string | undefined {
  let line: string
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : fields[19]
}
