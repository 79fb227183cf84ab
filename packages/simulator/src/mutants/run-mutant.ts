/** Runs one mutant in a child process and reads what it found. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { MutantResult } from './mutant-child.ts'

const child = fileURLToPath(new URL('./mutant-child.ts', import.meta.url))

export async function runMutant(
  name: string,
  seeds: {
    readonly first: number
    readonly count: number
    /** No seeds when a story was enough. */
    readonly isUntilCaught?: boolean
  },
): Promise<MutantResult> {
  const args = [child, name, String(seeds.first), String(seeds.count)]
  if (seeds.isUntilCaught === true) args.push('--until-caught')
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as MutantResult
}
