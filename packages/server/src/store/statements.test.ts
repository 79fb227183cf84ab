import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const bareLimit = /\bLIMIT\s+[?:@$]\w*(?!\s*\+|\w)/i

test('no statement has a bare variable for its limit, which would prepare it at each use', () => {
  assert.match('SELECT 1 LIMIT ?2`', bareLimit)
  assert.doesNotMatch('SELECT 1 LIMIT ?2 + 0`', bareLimit)
  const folder = import.meta.dirname
  const sources = readdirSync(folder).filter((name) => !/\.(test|bench)\.|^rows\.ts$/.test(name))
  const found = sources.flatMap((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n')
    return lines.filter((line) => bareLimit.test(line)).map((line) => `${name}: ${line.trim()}`)
  })
  assert.ok(sources.includes('key-tables.ts'))
  assert.deepEqual(found, [])
})
