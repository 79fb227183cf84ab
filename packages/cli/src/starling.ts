#!/usr/bin/env node
/** `starling …`: finds the subcommand, loads it, and turns how it ends into an exit code. */
import { enableCompileCache } from 'node:module'
import { runStarling } from './run-starling.ts'

enableCompileCache()
process.exitCode = await runStarling(process.argv.slice(2), {
  environment: process.env,
  workingFolder: process.cwd(),
  out: (text) => process.stdout.write(`${text}\n`),
  note: (text) => process.stderr.write(`${text}\n`),
})
