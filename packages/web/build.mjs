/**
 * Builds the web client into `dist`, which front-ends serve. Does nothing when no input is newer.
 * `dist/inputs.json` names the sources it was made from. `index.html` is replaced last: who serves
 * the folder sees either the former page with its files or the new one with its own.
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
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(here, 'dist')

function changedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

function isCurrent() {
  const builtMs = changedMs(join(dist, 'index.html'))
  const list = join(dist, 'inputs.json')
  if (builtMs === undefined || !existsSync(list)) return false
  return JSON.parse(readFileSync(list, 'utf8')).every((file) => {
    const changed = changedMs(join(root, file))
    return changed !== undefined && changed <= builtMs
  })
}

/** Into an empty folder. Returns the sources that it was made from. */
export async function buildInto(folder) {
  process.env.NODE_ENV = 'production'
  const { build } = await import('vite')
  const sources = new Set([
    join(here, 'build.mjs'),
    join(here, 'index.html'),
    join(root, 'package-lock.json'),
    ...readdirSync(join(here, 'public')).map((name) => join(here, 'public', name)),
    ...readdirSync(join(here, 'src', 'styles')).map((name) => join(here, 'src', 'styles', name)),
  ])
  await build({
    root: here,
    configFile: false,
    logLevel: 'warn',
    plugins: [
      { name: 'inputs', moduleParsed: ({ id }) => note(id, sources) },
      { name: 'shell-files', generateBundle: (_, bundle) => nameFiles(bundle) },
    ],
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
  return sources
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

/** Our own sources; what is installed changes with package-lock.json. */
function note(id, sources) {
  const path = id.split('?')[0]
  if (path.startsWith(join(root, 'packages')) && !path.includes('node_modules')) sources.add(path)
}

async function build() {
  const fresh = join(dist, `.fresh-${process.pid}`)
  mkdirSync(fresh, { recursive: true })
  const startedAt = new Date()
  try {
    await buildInto(fresh).then((sources) => replace(fresh, sources, startedAt))
  } finally {
    rmSync(fresh, { recursive: true })
  }
}

function replace(fresh, sources, startedAt) {
  const before = existsSync(join(dist, 'assets')) ? readdirSync(join(dist, 'assets')) : []
  const now = new Set(readdirSync(join(fresh, 'assets')))
  // An input that changes while it is built makes the result stale, so it is dated at the start.
  utimesSync(join(fresh, 'index.html'), startedAt, startedAt)
  const list = [...sources].map((file) => relative(root, file)).sort()
  writeFileSync(join(fresh, 'inputs.json'), JSON.stringify(list, null, 1))
  for (const name of readdirSync(fresh)) {
    if (name !== 'index.html') cpSync(join(fresh, name), join(dist, name), { recursive: true })
  }
  renameSync(join(fresh, 'index.html'), join(dist, 'index.html'))
  for (const name of before) if (!now.has(name)) rmSync(join(dist, 'assets', name))
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isCurrent()) await build()
