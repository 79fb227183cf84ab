import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PasswordTuning } from './backend-settings.ts'
import { PasswordHasher } from './password-hasher.ts'

const cheap: PasswordTuning = {
  memoryKib: 64,
  passes: 1,
  lanes: 1,
  hashesAtOnceMax: 1,
  hashesWaitingMax: 2,
}

test('a password is right for its own hash alone', async () => {
  const hasher = new PasswordHasher(cheap)
  const hash = await hasher.hash('correct horse')
  assert.match(hash ?? '', /^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await hasher.check('correct horse', hash ?? ''), true)
  assert.equal(await hasher.check('correct horse ', hash ?? ''), false)
})

test('a hash made with other parameters is checked with those', async () => {
  const hash = await new PasswordHasher({ ...cheap, memoryKib: 128, passes: 2 }).hash('pass-word')
  assert.equal(await new PasswordHasher(cheap).check('pass-word', hash ?? ''), true)
})

test('the hash is that of RFC 9106, so other programs can check it', async () => {
  // Made with the reference implementation: argon2 -id -t 2 -k 65536 -p 1, salt "somesalt".
  const hash =
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await new PasswordHasher(cheap).check('password', hash), true)
})

test('[P8] a hash that cannot be read is never right', async () => {
  const hasher = new PasswordHasher(cheap)
  const bad = [
    '',
    '$argon2id$v=19$m=9999999999,t=1,p=1$c29tZXNhbHQ$AAAAAAAA',
    '$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$AAAAAAAA',
    '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAA',
    '$argon2id$v=19$m=64,t=1,p=1$$',
  ]
  for (const hash of bad) assert.equal(await hasher.check('x', hash), false, hash)
})

test('[P7] above the limit of waiting hashes a task is refused', async () => {
  const hasher = new PasswordHasher(cheap)
  const tasks = ['a', 'b', 'c'].map((password) => hasher.hash(password))
  assert.equal(hasher.hash('d'), undefined)
  assert.equal(tasks.includes(undefined), false)
  assert.equal(new Set(await Promise.all(tasks)).size, 3)
  assert.equal(hasher.waiting, 0)
})
