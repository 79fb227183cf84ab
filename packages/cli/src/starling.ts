#!/usr/bin/env node
/** `starling …`: finds the subcommand, loads it, and turns how it ends into an exit code. */
import { once } from 'node:events'
import { enableCompileCache } from 'node:module'
import { exitCodes } from './exit-codes.ts'
import { runStarling } from './run-starling.ts'
import { subcommands } from './subcommands.ts'

enableCompileCache()
const args = process.argv.slice(2)
const isServer = subcommands.some((it) => it.name === args[0] && it.isServer)
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    if (!isServer) process.exit(exitCodes.failed)
  })
}
process.exitCode = await runStarling(args, {
  environment: process.env,
  workingFolder: process.cwd(),
  out: (text) => process.stdout.write(`${text}\n`),
  printed: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
  },
  note: (text) => process.stderr.write(`${text}\n`),
})
