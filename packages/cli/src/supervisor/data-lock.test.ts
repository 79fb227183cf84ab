import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { CannotStart } from '../exit-codes.ts'
import { lockDataFolder } from './data-lock.ts'
import { endLeftovers, processStartedAt } from './leftovers.ts'

function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'starling-lock-'))
  test.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Another process that runs this; resolves when it has printed something. */
async function other(test: TestContext, script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  test.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

it('a second supervisor of one data folder is told who has it', async (test) => {
  const folder = temporaryFolder(test)
  const url = new URL('./data-lock.ts', import.meta.url).href
  const child = await other(
    test,
    `import { lockDataFolder } from '${url}'
     const lock = lockDataFolder('${folder}')
     lock.note([])
     setInterval(() => lock, 1000)
     console.log('locked')`,
  )
  assert.throws(
    () => lockDataFolder(folder),
    (error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(error.message, new RegExp(`in use by another .*process ${child.pid}, since`))
      assert.match(error.remedy, /stop that one first/)
      return true
    },
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = lockDataFolder(folder)
  assert.equal(lock.previous?.pid, child.pid)
  lock.release()
})

it('a lock that was let go can be taken again, and a damaged note is no note', (test) => {
  const folder = temporaryFolder(test)
  lockDataFolder(folder).release()
  writeFileSync(join(folder, 'supervisor.json'), '{"pid": 1')
  const lock = lockDataFolder(folder)
  assert.equal(lock.previous, undefined)
  lock.release()
})

it('[P8] a data folder without room for a lock is named, with what to do', (test) => {
  const folder = temporaryFolder(test)
  mkdirSync(join(folder, 'supervisor.lock'))
  assert.throws(
    () => lockDataFolder(folder),
    (error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(error.message, /^cannot write into /)
      return true
    },
  )
})

it('a process left behind is waited for, then killed', async (test) => {
  const child = await other(test, "setInterval(() => {}, 1000); console.log('here')")
  const pid = child.pid!
  const noted = { name: 'primary-1', pid, startedAt: processStartedAt(pid)! }
  assert.ok(noted.startedAt)
  const told: (readonly string[])[] = []
  const ended = once(child, 'exit')
  await endLeftovers([noted], (names) => told.push(names), { lookMs: 1, waitMsMax: 20 })
  assert.deepEqual(await ended, [null, 'SIGKILL'])
  assert.deepEqual(told, [['primary-1']])
})

it('another process that got the id of one left behind is left alone', async (test) => {
  const child = await other(test, "setInterval(() => {}, 1000); console.log('here')")
  const noted = { name: 'primary-1', pid: child.pid!, startedAt: 'another time' }
  const tuning = { lookMs: 1, waitMsMax: 20 }
  await endLeftovers([noted], () => assert.fail('nothing to wait for'), tuning)
  assert.equal(child.exitCode, null)
})
