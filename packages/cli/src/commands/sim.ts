/** `starling sim`: the whole cluster in virtual time. The simulator is a program of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../exit-codes.ts'
import type { RunCommand } from '../subcommand.ts'

export const run: RunCommand = async (args) => {
  const script = fileURLToPath(import.meta.resolve('@starling/simulator/run/main'))
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return code === 0 ? exitCodes.done : exitCodes.failed
}
