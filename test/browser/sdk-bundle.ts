/** The SDK as a web page gets it: one ES module, and beside it the scripts of the tests' pages. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'

export interface SdkBundle {
  /** Name → JavaScript. */
  readonly scripts: ReadonlyMap<string, string>
  /** What the SDK imports of others at run time. */
  readonly imports: readonly string[]
  readonly bytes: number
  readonly gzipBytes: number
}

const sdkEntry = '@starling/client/browser'

export async function bundleSdk(): Promise<SdkBundle> {
  const sdk = await bundle('packages/client/src/browser.ts', 'sdk')
  const page = await bundle('test/browser/page.ts', 'page')
  const storage = await bundle('test/browser/storage-page.ts', 'storage')
  return {
    scripts: new Map([sdk, page, storage].map(({ fileName, code }) => [fileName, code])),
    imports: [...sdk.imports, ...sdk.dynamicImports],
    bytes: Buffer.byteLength(sdk.code),
    gzipBytes: gzipSync(sdk.code).length,
  }
}

async function bundle(entry: string, fileName: string): Promise<Rolldown.OutputChunk> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const result = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2024',
      lib: { entry, formats: ['es'], fileName },
      rolldownOptions: {
        external: entry.startsWith('test/') ? [sdkEntry] : [],
        output: { minify: true, paths: { [sdkEntry]: './sdk.js' } },
      },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
  const chunks = outputs.flatMap(({ output }) => output)
  const [chunk] = chunks
  if (chunks.length !== 1 || chunk?.type !== 'chunk') {
    throw new Error(
      `${entry} became ${chunks.map((one) => one.fileName).join(', ')}, not one module`,
    )
  }
  return chunk
}
