import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

/** In place of npm: notes how it was called, and installs or builds what the test wants. */
const fakeNpm = `
  const fs = require('node:fs')
  const args = process.argv.slice(2)
  fs.appendFileSync('npm-calls', args.join(' ') + '\\n')
  if (fs.existsSync('npm-fails')) {
    console.error('it fails')
    process.exit(1)
  }
  if (args[0] === 'ci' && fs.existsSync('lock-unfit')) {
    console.error('npm error code EUSAGE')
    process.exit(1)
  }
  if (args[0] === 'run') {
    fs.mkdirSync('packages/one/dist', { recursive: true })
    fs.writeFileSync('packages/one/dist/built', '')
    return
  }
  const name = 'node-' + process.platform + '-' + process.arch
  fs.rmSync('node_modules', { recursive: true, force: true })
  fs.mkdirSync('node_modules/.bin', { recursive: true })
  fs.mkdirSync('node_modules/' + name)
  fs.writeFileSync('node_modules/' + name + '/package.json', '{"version":"26.1.0"}')
  fs.symlinkSync(process.execPath, 'node_modules/.bin/node')
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
`

class Clone {
  readonly folder: string

  constructor(test: TestContext) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'starling-setup-')))
    test.after(() => rmSync(this.folder, { recursive: true }))
    mkdirSync(this.path('scripts'))
    mkdirSync(this.path('packages/one/src'), { recursive: true })
    for (const script of ['setup.mjs', 'patch-mls.mjs']) {
      copyFileSync(new URL(script, import.meta.url), this.path(`scripts/${script}`))
    }
    this.write('npm.js', fakeNpm)
    this.lock({ 'node_modules/ws': { version: '1.0.0' } })
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text)
  }

  lock(packages: Readonly<Record<string, unknown>>): void {
    this.write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }))
  }

  setUp(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
    const environment = { ...process.env, npm_execpath: this.path('npm.js') }
    const ran = spawnSync(process.execPath, [this.path('scripts/setup.mjs'), ...args], {
      encoding: 'utf8',
      env: environment,
    })
    return { code: ran.status, said: ran.stdout + ran.stderr }
  }

  /** What npm was called with since the last time. */
  calls(): readonly string[] {
    const path = this.path('npm-calls')
    if (!existsSync(path)) return []
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    rmSync(path)
    return lines
  }
}

const options = '--include=dev --include=optional --no-audit --no-fund'
const clean = `ci --loglevel=error ${options}`

describe('set-up', () => {
  it('installs once, then has nothing to do', (test) => {
    const clone = new Clone(test)
    assert.deepEqual(clone.setUp(), {
      code: 0,
      said: 'Installing packages, once; this may take a minute …\n',
    })
    assert.deepEqual(clone.calls(), [clean])
    assert.deepEqual(clone.setUp(), { code: 0, said: '' })
    assert.deepEqual(clone.calls(), [])
  })

  it('installs again when a package is another than was installed', (test) => {
    const clone = new Clone(test)
    clone.setUp()
    clone.calls()
    clone.lock({
      'node_modules/ws': { version: '2.0.0' },
      'node_modules/zod': { version: '1.0.0' },
    })
    assert.match(clone.setUp().said, /Installing again, since ws and 1 more packages changed …/)
    assert.deepEqual(clone.calls(), [clean])
    assert.deepEqual(clone.calls(), [])
  })

  it('installs without npm ci when the lock does not hold all that npm wants', (test) => {
    const clone = new Clone(test)
    clone.write('lock-unfit', '')
    assert.equal(clone.setUp().code, 0)
    assert.deepEqual(clone.calls(), [clean, `install --no-save ${options}`])
    assert.deepEqual(clone.setUp(), { code: 0, said: '' })
  })

  it('takes packages of other systems, and of this clone, for installed', (test) => {
    const clone = new Clone(test)
    clone.setUp()
    clone.calls()
    clone.lock({
      'node_modules/ws': { version: '1.0.0' },
      'node_modules/for-another-system': { version: '1.0.0', optional: true },
      'node_modules/@starling/core': { resolved: 'packages/core', link: true },
      'packages/core': { version: '0.1.0' },
    })
    assert.deepEqual(clone.setUp(), { code: 0, said: '' })
    assert.deepEqual(clone.calls(), [])
  })

  it('builds a package once, and again when what it is made of is another', (test) => {
    const clone = new Clone(test)
    const building = 'Building one, which takes a few seconds …\n'
    const dependencies = { '@starling/two': '1' }
    clone.write(
      'packages/one/package.json',
      JSON.stringify({ scripts: { build: 'make' }, dependencies }),
    )
    mkdirSync(clone.path('packages/two/src'), { recursive: true })
    clone.setUp()
    assert.deepEqual(clone.calls(), [clean, 'run --silent build --workspace packages/one'])
    assert.deepEqual(clone.setUp(), { code: 0, said: '' })
    const changes = [
      () => rmSync(clone.path('packages/one/dist'), { recursive: true }),
      () => clone.write('packages/one/src/main.ts', 'first'),
      () => clone.write('packages/one/src/main.ts', 'second'),
      () => clone.write('packages/one/index.html', ''),
      () => clone.write('packages/two/src/used.ts', ''),
      () => rmSync(clone.path('packages/two/src/used.ts')),
      () => clone.lock({ 'node_modules/ws': { version: '1.0.0', integrity: 'other' } }),
    ]
    for (const change of changes) {
      change()
      assert.deepEqual(clone.setUp(), { code: 0, said: building }, String(change))
      assert.deepEqual(clone.setUp(), { code: 0, said: '' })
    }
    clone.write('packages/one/src/main.test.ts', 'is not built')
    clone.write('packages/one/src/main.ts', 'second')
    assert.deepEqual(clone.setUp(), { code: 0, said: '' })
  })

  it('says what a build that fails says', (test) => {
    const clone = new Clone(test)
    clone.setUp()
    clone.write('packages/one/package.json', '{"scripts":{"build":"make"}}')
    clone.write('npm-fails', '')
    const { code, said } = clone.setUp()
    assert.equal(code, 1)
    assert.match(
      said,
      /it fails\nsetup: "npm run build --workspace packages\/one" failed; see above/,
    )
  })

  it('goes no further with another build of the MLS library than the one it corrects', (test) => {
    const clone = new Clone(test)
    clone.setUp()
    mkdirSync(clone.path('node_modules/ts-mls/dist/src'), { recursive: true })
    clone.write('node_modules/ts-mls/dist/src/clientState.js', '// another one\n')
    const { code, said } = clone.setUp()
    assert.equal(code, 1)
    assert.match(said, /^setup: .*clientState\.js has the checksum .*run "npm ci".*\n$/)
  })

  it('runs a script with the installed Node.js, and ends as that does', (test) => {
    const clone = new Clone(test)
    clone.write(
      'script.mjs',
      'console.log(process.argv0, ...process.argv.slice(2)); process.exitCode = 7',
    )
    const { code, said } = clone.setUp(clone.path('script.mjs'), 'up', '--port', '1')
    assert.equal(code, 7)
    assert.match(said, /node_modules\/\.bin\/node up --port 1\n/)
  })

  it('says what failed when npm fails, and runs nothing', (test) => {
    const clone = new Clone(test)
    clone.write('npm-fails', '')
    const { code, said } = clone.setUp(clone.path('script.mjs'))
    assert.equal(code, 1)
    assert.match(said, /setup: "npm ci" failed; see above, correct that, and start again\n$/)
  })
})
