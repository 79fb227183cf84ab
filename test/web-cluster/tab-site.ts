/** The pages of these tests as scripts that a browser loads. */
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { PageServer } from '../browser/page-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Serves `/tab-page`, or the page that is the first of the entries. */
export async function startTabSite(
  entries: readonly string[] = ['tab-page', 'tab-worker'],
): Promise<PageServer> {
  const scripts = new Map<string, string>()
  for (const entry of entries) scripts.set(`${entry}.js`, await bundle(entry))
  return PageServer.start(scripts)
}

async function bundle(entry: string): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2024',
      rolldownOptions: { output: { codeSplitting: false } },
      lib: { entry: `test/web-cluster/${entry}.ts`, formats: ['es'], fileName: entry },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
  const [chunk, ...others] = outputs.flatMap(({ output }) => output)
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error(`${entry} is not one module`)
  return chunk.code
}
