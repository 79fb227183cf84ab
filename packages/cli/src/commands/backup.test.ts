import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it, type TestContext } from 'node:test'
import { runStarling } from '../run-starling.ts'

function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'starling-backup-'))
  test.after(() => rmSync(folder, { recursive: true }))
  return folder
}

async function backUp(folder: string, target: string): Promise<readonly [number, string]> {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const code = await runStarling(['backup', target, '--data', '.'], {
    environment: {},
    workingFolder: folder,
    out: say,
    printed: async () => {},
    note: say,
  })
  return [code, said.join('\n')]
}

it('a backup is whole while another writes, private, and one file', async (test) => {
  const folder = temporaryFolder(test)
  const source = new DatabaseSync(join(folder, 'starling.db'))
  source.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER PRIMARY KEY)')
  source.exec('INSERT INTO t VALUES (1), (2)')
  source.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (3)')
  const [code, said] = await backUp(folder, 'copy.db')
  source.close()
  assert.equal(code, 0, said)
  const path = join(folder, 'copy.db')
  const copy = new DatabaseSync(path)
  assert.deepEqual(
    copy
      .prepare('SELECT n FROM t')
      .all()
      .map(({ n }) => n),
    [1, 2],
  )
  copy.close()
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('copy')),
    ['copy.db'],
  )
})

it('a backup is refused when there is nothing to copy, and replaces nothing', async (test) => {
  const folder = temporaryFolder(test)
  const [code, said] = await backUp(folder, 'copy.db')
  assert.equal(code, 1)
  assert.match(said, /there is no .*starling\.db\n {2}name the data folder: --data FOLDER/)
  writeFileSync(join(folder, 'starling.db'), '')
  writeFileSync(join(folder, 'copy.db'), 'mine')
  const [again, saidThen] = await backUp(folder, 'copy.db')
  assert.equal(again, 1)
  assert.match(saidThen, /copy\.db is there already/)
  assert.equal(readFileSync(join(folder, 'copy.db'), 'utf8'), 'mine')
})
