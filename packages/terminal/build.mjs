/**
 * Bundles the terminal client into dist/run-chat.js, with everything it needs. Only starting is
 * quicker for it: the source runs without. When it is made scripts/setup.mjs says.
 * `dist/inputs.json` names the sources it was made from, for `src/load-chat.ts`.
 */
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(here, 'dist')
const bundle = join(dist, 'run-chat.js')
const list = join(dist, 'inputs.json')
const widths = join(here, 'src', 'text', 'width.ts')

async function build() {
  process.env.NODE_ENV = 'production'
  const { build: viteBuild } = await import('vite')
  const fresh = join(dist, `fresh-${process.pid}`)
  const sources = new Set([join(here, 'build.mjs'), join(root, 'package-lock.json')])
  const startedAt = new Date()
  await viteBuild({
    root: here,
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    build: {
      ssr: join(here, 'src', 'run-chat.ts'),
      outDir: fresh,
      target: 'node26',
      minify: true,
      rolldownOptions: { output: { codeSplitting: false, entryFileNames: 'run-chat.js' } },
    },
    ssr: { noExternal: true },
    plugins: [{ name: 'inputs', moduleParsed: ({ id }) => note(id, sources) }, quickYoga, oneWidth],
  })
  // An input that changes while it is bundled makes the bundle stale, so it is dated at the start.
  utimesSync(join(fresh, 'run-chat.js'), startedAt, startedAt)
  writeFileSync(
    join(fresh, 'inputs.json'),
    JSON.stringify([...sources].map((file) => relative(root, file)).sort(), null, 1),
  )
  mkdirSync(dist, { recursive: true })
  renameSync(join(fresh, 'inputs.json'), list)
  renameSync(join(fresh, 'run-chat.js'), bundle)
  rmSync(fresh, { recursive: true })
  // What Node kept of the bundle before; see load-chat.ts.
  rmSync(join(dist, 'compiled'), { recursive: true, force: true })
}

/**
 * Ink's layout engine unpacks its WebAssembly with `fetch`, which loads an HTTP client first;
 * without `fetch` it decodes the same bytes itself, in a third of the time.
 */
const quickYoga = {
  name: 'quick-yoga',
  transform(code, id) {
    if (!id.includes('yoga-wasm-base64')) return undefined
    const asked = '"function"!=typeof fetch'
    if (!code.includes(asked))
      throw new Error(`${id} does not ask for fetch any more; see build.mjs`)
    return { code: code.replaceAll(asked, 'true'), map: null }
  },
}

/** Ink measures text as we do, and compiles no tables of all emoji before the first frame. */
const oneWidth = {
  name: 'one-width',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === 'string-width' && importer?.includes('node_modules') ? '\0one-width' : undefined,
  load: (id) =>
    id === '\0one-width'
      ? `export { cellsOf as default } from ${JSON.stringify(widths)}`
      : undefined,
}

/** Our own sources; what is installed changes with package-lock.json. */
function note(id, sources) {
  const path = id.split('?')[0]
  if (path.startsWith(join(root, 'packages')) && !path.includes('node_modules')) sources.add(path)
}

await build()
