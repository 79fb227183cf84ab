import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CipherWork, KeysAnswer } from '@starling/core/client/private/cipher'
import { CipherThread, type StartThread, type Thread } from './cipher-thread.ts'
import { openNodeCipher, startNodeThread } from './node-cipher.ts'

const keys: KeysAnswer = { kind: 'keys', user: 'ann', version: 0, devices: [] }
const prepare: CipherWork = { kind: 'prepare', me: { user: 'ann', device: 'phone' }, keys }

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'starling-vault-'))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) }
}

async function identityIn(directory: string, passphrase?: string) {
  const cipher = openNodeCipher({ directory, passphrase })
  const { outcome } = await cipher.do(prepare)
  await cipher.close()
  return outcome.kind === 'prepared' ? outcome.publish?.identity?.key : outcome
}

test('a profile has one identity, however often its vault is opened', async () => {
  const { path, dispose } = folder()
  const first = await identityIn(path)
  assert.equal(typeof first, 'string')
  assert.equal(await identityIn(path), first)
  dispose()
})

test('a passphrase encrypts what was plain, and is wanted from then on', async () => {
  const { path, dispose } = folder()
  const plain = await identityIn(path)
  const words = 'correct horse'
  assert.equal(await identityIn(path, words), plain)
  assert.equal(await identityIn(path, words), plain)
  assert.ok(!readFileSync(join(path, 'keys.sqlite')).includes('accountSeed'))
  for (const [passphrase, say] of [
    [undefined, /STARLING_VAULT_KEY/],
    ['wrong', /passphrase/],
  ] as const) {
    const refused = await identityIn(path, passphrase)
    assert.ok(typeof refused === 'object' && refused.kind === 'failed')
    assert.equal(refused.code, 'vault-unavailable')
    assert.match(refused.say, say)
  }
  dispose()
})

/** Ends the thread when it is given its `at`-th job, as often as `times`. */
function felledBy(at: number, times: number): { start: StartThread; count: () => number } {
  let started = 0
  const start: StartThread = (events) => {
    started += 1
    const isFelled = started <= times
    const thread: Thread = startNodeThread(events)
    let jobs = 0
    return {
      post: (up) => {
        if (up.t === 'job') jobs += 1
        if (isFelled && jobs === at) {
          thread.end()
          events.died('felled')
        } else thread.post(up)
      },
      end: () => thread.end(),
    }
  }
  return { start, count: () => started }
}

test('[P1] a thread that dies is replaced, and its jobs are done by the next', async () => {
  const { path, dispose } = folder()
  const { start, count } = felledBy(2, 1)
  const place = { kind: 'sqlite', path: join(path, 'keys.sqlite'), passphrase: undefined } as const
  const cipher = new CipherThread(start, () => place)
  const results = await Promise.all([prepare, prepare, prepare].map((work) => cipher.do(work)))
  const made = results.map(({ outcome }) =>
    outcome.kind === 'prepared' ? outcome.publish?.identity?.key : outcome.kind,
  )
  assert.equal(new Set(made).size, 1)
  assert.equal(count(), 2)
  await cipher.close()
  dispose()
})

test('[P7] a job that fells thread after thread is given up, and the next is done', async () => {
  const { path, dispose } = folder()
  const { start } = felledBy(1, 3)
  const place = { kind: 'sqlite', path: join(path, 'keys.sqlite'), passphrase: undefined } as const
  const cipher = new CipherThread(start, () => place)
  const [felling, next] = await Promise.all([cipher.do(prepare), cipher.do(prepare)])
  assert.equal(felling?.outcome.kind, 'failed')
  assert.equal(next?.outcome.kind, 'prepared')
  await cipher.close()
  dispose()
})

test('what is asked of a closed cipher is refused', async () => {
  const cipher = openNodeCipher({ keys: undefined })
  assert.equal((await cipher.do(prepare)).outcome.kind, 'prepared')
  await cipher.close()
  const { path, dispose } = folder()
  const threaded = openNodeCipher({ directory: path, passphrase: undefined })
  await threaded.close()
  assert.equal((await threaded.do(prepare)).outcome.kind, 'failed')
  dispose()
})
