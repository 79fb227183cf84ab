/**
 * Builds the web client into `dist`, which front-ends serve; scripts/setup.mjs says when. The page,
 * `index.html`, is replaced last: who serves the folder sees either the former page with its files
 * or the new one with its own.
 *
 * Beside the bundle stands the service worker, `sw.js`, which holds the names of all files that
 * were built, so that it changes whenever one of them does.
 */
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = join(here, 'dist')

/** Into an empty folder. */
async function buildInto(folder) {
  process.env.NODE_ENV = 'production'
  const { build } = await import('vite')
  await build({
    root: here,
    configFile: false,
    logLevel: 'warn',
    plugins: [{ name: 'shell-files', generateBundle: (_, bundle) => nameFiles(bundle) }],
    build: {
      target: 'es2024',
      outDir: folder,
      emptyOutDir: false,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1_000,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        checks: { pluginTimings: false },
        input: { index: join(here, 'index.html'), sw: join(here, 'src', 'service-worker.ts') },
        output: {
          entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  })
}

/** Gives the service worker the list of files, and a name for this build. */
function nameFiles(bundle) {
  const worker = bundle['sw.js']
  if (worker === undefined) throw new Error('the build made no sw.js')
  const built = Object.keys(bundle).filter((name) => name !== 'sw.js')
  const copied = readdirSync(join(here, 'public'))
  const hash = createHash('sha256').update(worker.code)
  for (const name of built) hash.update(bundle[name].code ?? bundle[name].source)
  for (const name of copied) hash.update(readFileSync(join(here, 'public', name)))
  const names = ['', ...built.filter((name) => name !== 'index.html'), ...copied]
  const shell = { version: hash.digest('hex').slice(0, 16), files: names.map((name) => `/${name}`) }
  worker.code = worker.code.replace('__SHELL__', () => JSON.stringify(shell).replaceAll('"', '\\"'))
}

const fresh = join(dist, `.fresh-${process.pid}`)
mkdirSync(fresh, { recursive: true })
try {
  await buildInto(fresh)
  replaceWith(fresh)
} finally {
  rmSync(fresh, { recursive: true })
}

function replaceWith(folder) {
  const before = existsSync(join(dist, 'assets')) ? readdirSync(join(dist, 'assets')) : []
  const now = new Set(readdirSync(join(folder, 'assets')))
  for (const name of readdirSync(folder)) {
    if (name !== 'index.html') cpSync(join(folder, name), join(dist, name), { recursive: true })
  }
  renameSync(join(folder, 'index.html'), join(dist, 'index.html'))
  for (const name of before) if (!now.has(name)) rmSync(join(dist, 'assets', name))
}
