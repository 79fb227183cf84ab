/** The version of this installation. */
import { readFileSync } from 'node:fs'

export function version(): string {
  const path = new URL('../../../package.json', import.meta.url)
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  if (isManifest && typeof manifest.version === 'string') return manifest.version
  throw new Error(`${path.pathname} has no version`)
}
