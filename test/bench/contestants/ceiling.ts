/**
 * The ceiling: the same to the same sockets from a loop that does nothing else. It is ceiling.c,
 * compiled when it is started; where there is no C compiler, ../peers/ceiling.mjs, and named so.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onPath } from '../../../scripts/programs.ts'
import type { Contestant, RunningContestant } from './contestant.ts'
import { ceilingInJavaScript } from './peers.ts'

const source = fileURLToPath(new URL('ceiling.c', import.meta.url))

export function ceiling(): Contestant {
  const compiler = onPath('cc', process)[0]
  if (compiler === undefined) {
    console.error('bench: no C compiler (cc) on the PATH: the ceiling is the loop in JavaScript')
    return ceilingInJavaScript
  }
  return {
    name: 'ceiling, a loop in C',
    dialect: 'ceiling',
    promises: 'none: it writes what came to all sockets, a turn at a time',
    start: () => start(compiler),
  }
}

async function start(compiler: string): Promise<RunningContestant> {
  const folder = mkdtempSync(join(tmpdir(), 'starling-ceiling-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const program = join(folder, 'ceiling')
    execFileSync(compiler, ['-O2', '-o', program, source])
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
    return {
      host: '127.0.0.1',
      ports: [await portToldBy(child)],
      pids: () => [child.pid!],
      stop: async () => {
        child.stdin!.end()
        if (child.exitCode === null) await once(child, 'exit')
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

async function portToldBy(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the ceiling ended with ${code} before it listened`)
  })
  const [told] = await Promise.race([once(child.stdout!, 'data'), ended])
  return Number(told.toString())
}
