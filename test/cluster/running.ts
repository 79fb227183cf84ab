/**
 * Marks of a run, so that what a killed one left behind is told from what a living one uses: a name
 * holds the id of the process and the moment of its start. Folders of dead runs are removed, with
 * the processes that they list.
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processStartedAt } from '@starling/cli/supervisor/leftovers'

const markPattern = /^starling-(\d+)-(\w*)-/
const processesFile = 'processes'
/** A killed process ends a little later. */
const dyingMsMax = 2_000
const lookMs = 5

/** What names of this run begin with. */
export function markOfThisRun(): string {
  return `starling-${process.pid}-${startOf(process.pid)}-`
}

/** It has the mark of a run that is no more. */
export function isLeftOver(name: string): boolean {
  const match = markPattern.exec(name)
  // Where starts cannot be told, nobody's things are taken for left over.
  return match !== null && match[2] !== '' && !isRunning(Number(match[1]), match[2]!)
}

/** A folder that the next run removes when this one cannot. */
export function makeMarkedFolder(): string {
  return mkdtempSync(join(tmpdir(), markOfThisRun()))
}

/** Notes it in the folder, for whoever has to remove that. */
export function noteProcess(folder: string, pid: number): void {
  appendFileSync(join(folder, processesFile), `${pid} ${startOf(pid)}\n`)
}

/** Kills what it lists and still runs, then removes it. Blocks: it may be the last moment. */
export function removeMarkedFolder(folder: string): void {
  const noted = readLines(join(folder, processesFile)).map((line) => {
    const [pid, start] = line.split(' ') as [string, string]
    return { pid: Number(pid), start }
  })
  const left = noted.filter(({ pid, start }) => isRunning(pid, start))
  for (const { pid } of left) killNow(pid)
  const giveUpAt = performance.now() + dyingMsMax
  while (left.some(({ pid, start }) => isRunning(pid, start)) && performance.now() < giveUpAt) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMs)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Of runs that were killed. */
export function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    if (isLeftOver(name)) removeMarkedFolder(join(tmpdir(), name))
  }
}

/** Whether it was there to be killed. */
export function killNow(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function isRunning(pid: number, start: string): boolean {
  return processStartedAt(pid) !== undefined && startOf(pid) === start
}

/** Letters and digits only; elsewhere than on Linux it is a date. */
function startOf(pid: number): string {
  return (processStartedAt(pid) ?? '').replace(/\W/g, '')
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
