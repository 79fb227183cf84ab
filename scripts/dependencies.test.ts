import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'

interface Manifest {
  readonly dependencies?: { readonly [name: string]: string }
  readonly devDependencies?: { readonly [name: string]: string }
  readonly optionalDependencies?: { readonly [name: string]: string }
}

const [forUse = '', forDevelopment = ''] = readFileSync('docs/dependencies.md', 'utf8').split(
  '\n## For development only\n',
)
const manifests = ['package.json', ...globSync('packages/*/package.json')].map(
  (file): Manifest => JSON.parse(readFileSync(file, 'utf8')),
)

/** The first column of a page's tables. */
function listed(page: string): readonly string[] {
  return [...page.matchAll(/^\| (?!package \||---)([^|]+) \|/gm)]
    .flatMap(([, names]) => names!.split(', '))
    .sort()
}

function named(lists: readonly (Manifest[keyof Manifest] | undefined)[]): readonly string[] {
  const names = lists.flatMap((list) => Object.keys(list ?? {}))
  return [...new Set(names)].filter((name) => !name.startsWith('@starling/')).sort()
}

test('the page of dependencies lists what runs, and nothing else', () => {
  const lists = manifests.flatMap((m) => [m.dependencies, m.optionalDependencies])
  assert.deepEqual(listed(forUse), named(lists))
})

test('the page of dependencies lists what development needs, and nothing else', () => {
  assert.deepEqual(listed(forDevelopment), named(manifests.map((m) => m.devDependencies)))
})

test('what only a package’s tests import is for its development', () => {
  for (const manifest of globSync('packages/*/package.json')) {
    const { dependencies }: Manifest = JSON.parse(readFileSync(manifest, 'utf8'))
    const texts = globSync(`${dirname(manifest)}/src/**/*.{ts,tsx}`).map((file) => ({
      isTest: /\.(test|bench|test-suite|test-fixture)\.tsx?$/.test(file),
      text: readFileSync(file, 'utf8'),
    }))
    for (const name of Object.keys(dependencies ?? {})) {
      const from = new RegExp(`(?:from|import|import\\() ?'${name}['/]`)
      const users = texts.filter(({ text }) => from.test(text))
      const isUsed = users.length === 0 || users.some(({ isTest }) => !isTest)
      assert.ok(isUsed, `${manifest}: only tests import ${name}`)
    }
  }
})

test('versions are pinned', () => {
  for (const { dependencies, devDependencies, optionalDependencies } of manifests) {
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies }
    for (const [name, version] of Object.entries(all)) assert.match(version, /^\d/, name)
  }
})
