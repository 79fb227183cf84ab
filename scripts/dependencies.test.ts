import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
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

test('versions are pinned', () => {
  for (const { dependencies, devDependencies, optionalDependencies } of manifests) {
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies }
    for (const [name, version] of Object.entries(all)) assert.match(version, /^\d/, name)
  }
})
