/**
 * Brings `runChat`: from the bundle that `build.mjs` makes, which starts several times quicker, or,
 * when a source is newer than it, from the source itself. So what runs is always what is written.
 */
import { readFileSync, statSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

type Chat = typeof import('./run-chat.ts')

const bundle = new URL('../dist/run-chat.js', import.meta.url)
const inputs = new URL('../dist/inputs.json', import.meta.url)
const compiled = new URL('../dist/compiled/', import.meta.url)
const root = new URL('../../../', import.meta.url)

export async function loadChat(): Promise<Chat> {
  if (!isBundleCurrent()) return import('./run-chat.ts')
  // Where nothing may be written the bundle is compiled each time, that is all.
  enableCompileCache(fileURLToPath(compiled))
  const chat = (await import(bundle.href)) as Chat
  flushCompileCache()
  return chat
}

function isBundleCurrent(): boolean {
  const builtMs = changedMs(bundle)
  if (builtMs === undefined) return false
  const files: readonly string[] = JSON.parse(readFileSync(inputs, 'utf8'))
  return files.every((file) => {
    const changed = changedMs(new URL(file, root))
    return changed !== undefined && changed <= builtMs
  })
}

function changedMs(file: URL): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
