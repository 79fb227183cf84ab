/**
 * The web client as this front-end serves it: the files of its built folder, held in memory, since
 * they are few and small. They are read again when `index.html` was built anew; what cannot be read
 * leaves the former ones in place. A file is compressed once, when it is first asked for, unless
 * the build has put `NAME.br` or `NAME.gz` beside it.
 *
 * A path names a file of the list that was read, or nothing: no path of a request ever reaches the
 * file system. Names that begin with a dot are not part of the site.
 */
import { createHash } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'identity' | 'gzip' | 'br'

export interface StaticFile {
  readonly type: string
  /** Its name holds a hash of its content, so that it never changes. */
  readonly isHashed: boolean
  /** Of the uncompressed content; the shortest names enough. */
  readonly tag: string
  body(encoding: Encoding): Promise<Buffer>
  readonly isCompressible: boolean
}

const filesMax = 2_000
const siteBytesMax = 64 * 1024 * 1024
const brotliQuality = 9
/** Less is not worth it. */
const compressedBytesMin = 512
const hashed = /[.-][\w-]{8,}\.\w+$/

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}
const compressible = new Set([
  '.html',
  '.js',
  '.css',
  '.svg',
  '.webmanifest',
  '.json',
  '.txt',
  '.wasm',
])

export class StaticSite {
  readonly #folder: string
  #files: ReadonlyMap<string, StaticFile> = new Map()
  #builtAtMs = 0
  #trouble = ''

  constructor(folder: string) {
    this.#folder = folder
  }

  /** By the path of a request; `/` is `index.html`. Undefined when there is no such file. */
  file(path: string): StaticFile | undefined {
    const name = path === '/' ? '/index.html' : path
    if (path === '/' || !this.#files.has(name)) this.#refresh()
    return this.#files.get(name)
  }

  /** Why there are no files, for people. */
  get trouble(): string {
    return this.#trouble
  }

  #refresh(): void {
    const builtAtMs =
      statSync(join(this.#folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (builtAtMs === 0) this.#trouble = 'it is not built yet'
    if (builtAtMs === 0 || builtAtMs === this.#builtAtMs) return
    try {
      this.#files = readSite(this.#folder)
      this.#builtAtMs = builtAtMs
    } catch (error) {
      // It may be on the way of being built: the next request looks again.
      this.#trouble = error instanceof Error ? error.message : String(error)
    }
  }
}

/** @throws Error when it is larger than a web client can be. */
function readSite(folder: string): ReadonlyMap<string, StaticFile> {
  const contents = new Map<string, Buffer>()
  let bytes = 0
  const entries: readonly Dirent[] = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const place = join(entry.parentPath, entry.name)
    const path = `/${relative(folder, place).split(sep).join('/')}`
    if (path.includes('/.')) continue
    const content = readFileSync(place)
    bytes += content.length
    contents.set(path, content)
    if (contents.size > filesMax || bytes > siteBytesMax) {
      throw new Error(
        `${folder} holds more than ${filesMax} files or ${siteBytesMax} bytes: not a web client`,
      )
    }
  }
  const files = [...contents].filter(([path]) => !/\.(br|gz|map)$/.test(path))
  return new Map(files.map(([path, content]) => [path, fileOf(path, contents, content)]))
}

function fileOf(path: string, contents: ReadonlyMap<string, Buffer>, content: Buffer): StaticFile {
  const extension = extname(path)
  const made = new Map<Encoding, Promise<Buffer>>([['identity', Promise.resolve(content)]])
  const built = { br: contents.get(`${path}.br`), gzip: contents.get(`${path}.gz`) }
  if (built.br !== undefined) made.set('br', Promise.resolve(built.br))
  if (built.gzip !== undefined) made.set('gzip', Promise.resolve(built.gzip))
  return {
    type: types[extension] ?? 'application/octet-stream',
    isHashed: path.startsWith('/assets/') && hashed.test(path),
    tag: createHash('sha256').update(content).digest('base64url').slice(0, 22),
    isCompressible: compressible.has(extension) && content.length >= compressedBytesMin,
    body: (encoding) => {
      const body = made.get(encoding) ?? compress(content, encoding)
      made.set(encoding, body)
      return body
    },
  }
}

const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)

function compress(content: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'gzip') return gzipped(content, { level: 9 })
  return brotli(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  })
}
