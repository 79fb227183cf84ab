import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { mutants } from './mutants.ts'
import { runMutant } from './run-mutant.ts'
import { tableOf, withTable } from './table.ts'

const packages = new URL('../../../', import.meta.url)
/** One of each kind of promise, quick to be caught. */
const quick = [
  'dedupe',
  'answer-after-append',
  'index-density',
  'position-wait',
  'failover',
  'reads-go-on',
  'revoked-for-ever',
  'outbox-restored',
  'outbox-window',
  'must-remove-first',
  'welcome-kept',
]

test('every mutant finds what it removes exactly once', () => {
  for (const { name, patches } of mutants) {
    for (const { file, find } of patches) {
      const text = readFileSync(new URL(file, packages), 'utf8')
      assert.equal(text.split(find).length - 1, 1, `${name}: ${file} holds '${find}' not once`)
    }
  }
  assert.ok(mutants.length >= 15)
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length)
})

for (const name of quick) {
  test(`the mutant ${name} is caught`, async () => {
    const result = await runMutant(name, { first: 1, count: 40, isUntilCaught: true })
    assert.equal(result.kind, 'caught', JSON.stringify(result))
  })
}

test('a mutant that nobody knows is an error', async () => {
  const result = await runMutant('no-such-rule', { first: 1, count: 1 })
  assert.equal(result.kind, 'error')
})

test('the table of mutants has its place in the document', () => {
  const mutant = mutants[0]!
  const seed = { by: 3, promise: 'P2', how: '' }
  const table = tableOf([{ mutant, result: { kind: 'caught', seed } }])
  assert.ok(table.endsWith(`| ${mutant.name} | ${mutant.without} | – | 3: P2 |`))
  const document = readFileSync(new URL('../docs/simulator.md', packages), 'utf8')
  const written = withTable(document, table)
  assert.ok(written.includes(table))
  assert.throws(() => withTable('nothing here', table), /no place/)
})
