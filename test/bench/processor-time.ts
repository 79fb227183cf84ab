/** Processor time of other processes: to 10 ms where there is /proc, else to the second. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

export function processorMsOf(pids: readonly number[]): number {
  if (existsSync('/proc/self/stat')) return pids.reduce((sum, pid) => sum + fromProc(pid), 0)
  const times = execFileSync('ps', ['-o', 'cputime=', '-p', pids.join(',')]).toString()
  return times.split('\n').reduce((sum, line) => sum + clockMs(line.trim()), 0)
}

/** Fields 14 and 15 (proc_pid_stat(5)); the name before them, in brackets, may hold spaces. */
function fromProc(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond
}

/** `[[dd-]hh:]mm:ss[.cc]` */
function clockMs(clock: string): number {
  const parts = clock.split(/[-:]/).map(Number).reverse()
  const seconds = [1, 60, 3_600, 86_400]
  return parts.reduce((sum, part, at) => sum + part * seconds[at]! * 1_000, 0)
}
