/** The version of this installation. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

export function version(): string {
  const path = new URL('../../../package.json', import.meta.url)
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path, 'utf8'))).version
}
