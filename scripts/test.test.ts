import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

/** What a run of `node --test` on this file prints, and how it ends. */
function runOf(t: TestContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'starling-counts-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'some.test.mjs'), `import { test } from 'node:test'\n${text}`)
  const runner = new URL('./test.ts', import.meta.url).href
  const words = JSON.stringify([process.execPath, '--test', join(folder, 'some.test.mjs')])
  const script = `
    import { runSteps } from '${runner}'
    const commands = () => [{ words: ${words}, hasReport: true }]
    const next = { name: 'next', commands: () => [{ words: ['${process.execPath}', '-v'] }] }
    const counts = await runSteps([{ name: 'some', commands }, next])
    console.log(JSON.stringify(counts))`
  // Else the runner takes itself for a part of this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const options = { encoding: 'utf8', env } as const
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options)
  return { stdout, counts: JSON.parse(stdout.trimEnd().split('\n').at(-1)!) }
}

test('every test is counted, and each command that is no test as one', (t) => {
  const { counts } = runOf(t, "test('a', () => {}); test('b', () => {}); test.skip('c')")
  assert.deepEqual(counts, { passed: 3, failed: 0, skipped: 1 })
})

test('a failed test is counted, and no step follows', (t) => {
  const text = "test('a', () => {}); test('b', () => { throw new Error('no') })"
  const { counts, stdout } = runOf(t, text)
  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 })
  assert.match(stdout, /── some failed: /)
  assert.doesNotMatch(stdout, /── next/)
})

test('a run that dies is a failure', (t) => {
  const { counts } = runOf(t, "process.kill(process.ppid, 'SIGKILL'); await new Promise(() => {})")
  assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 })
})

test('a step that leaves files behind failed', (t) => {
  const leave = "(await import('node:fs')).writeFileSync(process.env.TMPDIR + '/forgotten', '')"
  const { counts, stdout } = runOf(t, `test('a', async () => { ${leave} })`)
  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 })
  assert.match(stdout, /some failed: it left in the temporary folder: forgotten/)
})
