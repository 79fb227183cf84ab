/** What a browser loads before it shows a room stays small. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildWebClient } from './web-place.ts'

const dist = fileURLToPath(new URL('../../packages/web/dist', import.meta.url))
/** With what rooms and lists say of encryption; its dialogs come when they are opened. */
const pageGzipBytesMax = 155_000
/**
 * Half of it is encryption, which runs where the client runs: MLS, HKDF and HPKE in plain code
 * (45 kB), and what reads the groups of rooms. Whoever has one encrypted room needs it at once.
 */
const workerGzipBytesMax = 102_000
const allGzipBytesMax = 257_000

buildWebClient()
const page = readFileSync(join(dist, 'index.html'), 'utf8')
const files = readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`)
const shell = JSON.parse(
  JSON.parse(
    `"${/JSON\.parse\([`'"](.*?)[`'"]\)/.exec(readFileSync(join(dist, 'sw.js'), 'utf8'))![1]}"`,
  ),
) as { readonly files: readonly string[] }

function gzipBytes(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0)
}

test('[U15] the page and its worker are within their budget', () => {
  const named = files.filter((name) => page.includes(`/${name}`))
  const worker = files.filter((name) => name.includes('client-worker'))
  assert.equal(worker.length, 1)
  const bytes = { page: gzipBytes(named), worker: gzipBytes(worker) }
  console.log(`gzip: page ${bytes.page} bytes, worker ${bytes.worker} bytes`)
  assert.ok(bytes.page <= pageGzipBytesMax, `${bytes.page} bytes`)
  assert.ok(bytes.worker <= workerGzipBytesMax, `${bytes.worker} bytes`)
  assert.ok(bytes.page + bytes.worker <= allGzipBytesMax)
})

test('[U15] emoji, grammars of code and dialogs of encryption are loaded when needed', () => {
  const lazy = files.filter((name) => /gemoji|grammars|privacy-|vault-worker/.test(name))
  assert.equal(lazy.length, 6)
  assert.deepEqual(
    lazy.filter((name) => page.includes(name)),
    [],
  )
})

test('[U16] nothing in the page is inline, and nothing comes from elsewhere', () => {
  assert.doesNotMatch(page, /<style|style=|<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i)
  assert.doesNotMatch(page, /(?:src|href)="(?!\/)/)
})

test('[U17] all that was built is kept for times without a network', () => {
  const built = [...files, 'icon.svg', 'manifest.webmanifest'].map((name) => `/${name}`)
  for (const name of built) assert.ok(shell.files.includes(name), name)
  assert.ok(shell.files.includes('/'))
})
