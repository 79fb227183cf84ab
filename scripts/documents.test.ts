import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'])
  .toString()
  .split('\n')
  .filter((file) => file !== '')
const documents = tracked.filter((file) => file.endsWith('.md') && existsSync(file))
const missingOf = (matches: (text: string, file: string) => readonly string[]) =>
  documents.flatMap((file) =>
    matches(readFileSync(file, 'utf8'), file).map((missing) => `${file}: ${missing}`),
  )

test('what a document links to is there', () => {
  const missing = missingOf((text, file) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !existsSync(join(dirname(file), target))),
  )
  assert.deepEqual(missing, [])
})

test('the files that a document names are there', () => {
  const isThere = (path: string) => tracked.some((file) => `/${file}`.endsWith(`/${path}`))
  const missing = missingOf((text) =>
    [...text.matchAll(/`((?:[a-z]+\/)*[a-z-]+\.(?:ts|mjs))`/g)]
      .map(([, path]) => path!)
      .filter((path) => !isThere(path)),
  )
  assert.deepEqual(missing, [])
})

test('the folders that a document names are there', () => {
  const missing = missingOf((text) =>
    [...text.matchAll(/`((?:packages|scripts|test|docs)\/[a-z/-]*)`/g)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(path)),
  )
  assert.deepEqual(missing, [])
})

test('every npm script that a document names is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  const missing = missingOf((text) =>
    [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)]
      .map(([, name]) => name!)
      .filter((name) => !Object.hasOwn(scripts, name)),
  )
  assert.deepEqual(missing, [])
})
