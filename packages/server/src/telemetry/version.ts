/** The version of the server, as its package says. */
import { readFileSync } from 'node:fs'

export function serverVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const found: unknown = JSON.parse(text).version
  if (typeof found !== 'string') throw new Error('package.json has no version')
  return found
}
