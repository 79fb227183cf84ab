/**
 * Runs a command with all that it starts as one process group, so that nothing of it outlives it:
 * who is still there some time after its end is named and killed. A signal to this process goes to
 * the whole group, since a group of its own does not hear Ctrl-C. On Windows, which has no such
 * groups, the command runs as any other.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

export interface Ended {
  /** Undefined when it ended with 0. */
  readonly trouble: string | undefined
  /** The command lines of the processes that it left behind. */
  readonly left: readonly string[]
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const hasGroups = process.platform !== 'win32'
const lookMs = 50

/** `leaveMsMax` is for those that were told to end, or have just been killed. */
export async function runGroup(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  leaveMsMax = 20_000,
): Promise<Ended> {
  const [program, ...args] = words
  const stdio = ['ignore', 'inherit', 'inherit'] as const
  const child = spawn(program!, args, { stdio: [...stdio], env, detached: hasGroups })
  const pass = (signal: NodeJS.Signals) => signalGroup(child, signal)
  for (const signal of signals) process.on(signal, pass)
  try {
    const trouble = await endOf(child)
    return {
      trouble,
      left: child.pid !== undefined && hasGroups ? await clear(child, leaveMsMax) : [],
    }
  } finally {
    for (const signal of signals) process.off(signal, pass)
  }
}

function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      resolve(code === 0 ? undefined : (signal ?? `exit ${code}`))
    })
  })
}

async function clear(child: ChildProcess, leaveMsMax: number): Promise<readonly string[]> {
  const end = performance.now() + leaveMsMax
  let left = membersOf(child.pid!)
  while (left.length > 0 && performance.now() < end) {
    await wait(lookMs)
    left = membersOf(child.pid!)
  }
  if (left.length > 0) signalGroup(child, 'SIGKILL')
  return left
}

/** A zombie that nobody has fetched counts as gone. */
function membersOf(group: number): readonly string[] {
  const table = execFileSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { maxBuffer: 1 << 24 })
  return table
    .toString()
    .split('\n')
    .flatMap((line) => {
      const match = /^\s*(\d+)\s+([^Z\s]\S*)\s+(.*)$/.exec(line)
      return match !== null && Number(match[1]) === group ? [match[3]!] : []
    })
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(hasGroups ? -pid : pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
