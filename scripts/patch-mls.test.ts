import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checksumOf, type Patch, PatchError, patches, patchMls } from './patch-mls.mjs'

const source = 'node_modules/ts-mls/dist/src'
const published = 'one\nbad();\n  worse();\n}\nbad();\n'
const corrected = 'one\ngood();\ngood();\n'
const patch: Patch = {
  file: 'it.js',
  before: checksumOf(published),
  after: checksumOf(corrected),
  changes: [
    { from: '  worse', upTo: '}\n', to: '' },
    { from: 'bad', to: 'good' },
  ],
}

class Installed {
  readonly folder: string

  constructor(context: TestContext, text: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'starling-patch-'))
    context.after(() => rmSync(this.folder, { recursive: true }))
    mkdirSync(join(this.folder, source), { recursive: true })
    writeFileSync(this.path, text)
  }

  get path(): string {
    return join(this.folder, source, patch.file)
  }

  get text(): string {
    return readFileSync(this.path, 'utf8')
  }
}

test('what is installed here is the corrected library', () => {
  for (const { file, after } of patches) {
    assert.equal(checksumOf(readFileSync(join(source, file), 'utf8')), after)
  }
})

test('a published file is corrected, once, and nothing else is left beside it', (context) => {
  const installed = new Installed(context, published)
  assert.equal(patchMls(installed.folder, [patch]), 1)
  assert.equal(installed.text, corrected)
  assert.equal(patchMls(installed.folder, [patch]), 0)
  assert.deepEqual(readdirSync(join(installed.folder, source)), [patch.file])
})

test('another build is refused with the file, what was found and what to do', (context) => {
  const installed = new Installed(context, `${published}\n`)
  assert.throws(() => patchMls(installed.folder, [patch]), {
    constructor: PatchError,
    message: /it\.js has the checksum [0-9a-f]{64};.*run "npm ci"/,
  })
  assert.equal(installed.text, `${published}\n`)
})

test('a correction that does not give what it should is not made', (context) => {
  const installed = new Installed(context, published)
  const wrong = { ...patch, changes: patch.changes.slice(1) }
  assert.throws(() => patchMls(installed.folder, [wrong]), PatchError)
  assert.equal(installed.text, published)
})

test('a file that is missing is refused as well', (context) => {
  const installed = new Installed(context, published)
  rmSync(installed.path)
  assert.throws(() => patchMls(installed.folder, [patch]), PatchError)
})

test('where nothing is installed nothing is corrected', (context) => {
  const installed = new Installed(context, published)
  rmSync(join(installed.folder, 'node_modules'), { recursive: true })
  assert.equal(patchMls(installed.folder, [patch]), 0)
})
