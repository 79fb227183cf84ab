import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Drafts } from './drafts.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'starling-drafts-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

describe('drafts', () => {
  it('outlive the process, each in its room; an empty one is forgotten', () => {
    const drafts = new Drafts(directory)
    drafts.keep('r-a', 'one')
    drafts.keep('r-b', 'two')
    drafts.keep('r-b', '')
    drafts.keepRoom('r-a')
    drafts.flush()
    const again = new Drafts(directory)
    assert.deepEqual([...again.all], [['r-a', 'one']])
    assert.equal(again.room, 'r-a')
  })

  it('are on disk soon without anybody asking', async () => {
    const drafts = new Drafts(directory)
    const startMs = performance.now()
    drafts.keep('r-a', 'one')
    while (readdirSync(directory).length === 0) {
      assert.ok(performance.now() - startMs < 30_000)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.deepEqual([...new Drafts(directory).all], [['r-a', 'one']])
  })

  it('are for the eyes of their writer alone', () => {
    const drafts = new Drafts(directory)
    drafts.keep('r-a', 'one')
    drafts.flush()
    assert.equal(statSync(join(directory, 'terminal.json')).mode & 0o077, 0)
  })

  it('that are damaged are none, and keep nobody from chatting', () => {
    for (const text of ['{', '[]', 'null', '{"drafts":7}', '{"drafts":{"r":1}}']) {
      writeFileSync(join(directory, 'terminal.json'), text)
      assert.deepEqual([...new Drafts(directory).all], [])
    }
  })
})
