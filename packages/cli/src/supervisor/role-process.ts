/** Starts the process of one role: `starling frontend|backend --name …` with an IPC channel. */
import { type ChildProcess, spawn } from 'node:child_process'
import { unreachable } from '@starling/core/now'
import { isFromRole, type Role, type ToRole } from './role.ts'
import type { ProcessEvents, RoleProcess } from './supervisor.ts'

export interface RoleCommand {
  readonly program: string
  readonly script: string
  /** After the role and its name. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingFolder: string
  /** Where its output goes; undefined: to the terminal. */
  readonly output: number | undefined
}

/** glibc keeps memory apart for each thread; a server's threads are idle, and five servers run. */
const thrift = { MALLOC_ARENA_MAX: '1' }

export function startRoleProcess(
  role: Role,
  command: RoleCommand,
  events: ProcessEvents,
): RoleProcess {
  const output = command.output ?? 'inherit'
  const args = [command.script, role.kind, '--name', role.name, ...command.args]
  const child = spawn(command.program, args, {
    cwd: command.workingFolder,
    env: { ...thrift, ...command.environment },
    stdio: ['ignore', output, output, 'ipc'],
  })
  child.on('message', (message) => {
    if (!isFromRole(message)) return
    switch (message.kind) {
      case 'ready':
        return events.ready(message.details)
      case 'progress':
        return events.progress(message.text)
      case 'refused':
        return events.refused(message.refusal)
      default:
        return unreachable(message)
    }
  })
  let hasEnded = false
  const ended = (code: number | null, signal: string | null): void => {
    if (hasEnded) return
    hasEnded = true
    events.ended({ code, signal })
  }
  child.on('exit', ended)
  child.on('error', (error) => {
    if (child.pid !== undefined) return
    const remedy = `see that ${command.program} can be run`
    events.refused({ found: `cannot start a process (${error.message})`, remedy })
    ended(null, null)
  })
  return {
    pid: child.pid ?? 0,
    stop: () => askToStop(child),
    kill: () => void child.kill('SIGKILL'),
  }
}

function askToStop(child: ChildProcess): void {
  // A channel that is closed already has told it the same.
  if (child.connected) child.send({ kind: 'stop' } satisfies ToRole, () => {})
}
