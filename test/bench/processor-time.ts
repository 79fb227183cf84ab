/** Processor time of other processes: exact on Linux, else to the second. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

export function processorMsOf(pids: readonly number[]): number {
  if (existsSync('/proc/self/schedstat')) return pids.reduce((sum, pid) => sum + ofThreads(pid), 0)
  if (existsSync('/proc/self/stat')) return pids.reduce((sum, pid) => sum + inTicks(pid), 0)
  const times = execFileSync('ps', ['-o', 'cputime=', '-p', pids.join(',')]).toString()
  return times.split('\n').reduce((sum, line) => sum + clockMs(line.trim()), 0)
}

/** The first field is nanoseconds on a processor. Threads that ended are not in it. */
function ofThreads(pid: number): number {
  const folder = `/proc/${pid}/task`
  return readdirSync(folder).reduce((sum, thread) => {
    return sum + Number(read(`${folder}/${thread}/schedstat`).split(' ')[0]) / 1_000_000
  }, 0)
}

/** Of a thread that ended meanwhile: nothing. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return ''
    throw error
  }
}

/** Fields 14 and 15 (proc_pid_stat(5)); the name before them, in brackets, may hold spaces. */
function inTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond
}

/** `[[dd-]hh:]mm:ss[.cc]` */
function clockMs(clock: string): number {
  const parts = clock.split(/[-:]/).map(Number).reverse()
  const seconds = [1, 60, 3_600, 86_400]
  return parts.reduce((sum, part, at) => sum + part * seconds[at]! * 1_000, 0)
}
