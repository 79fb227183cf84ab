import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bench } from './backend-bench.test-fixture.ts'

const register = {
  kind: 'register',
  user: 'u-eve',
  name: 'eve',
  password: 'correct horse',
  device: 'device-eve',
  label: 'laptop',
} as const

function registered(): Bench {
  const bench = new Bench()
  bench.greet('f1')
  const request = bench.request('f1', register)
  const hashing = bench.others.shift()
  assert.ok(hashing?.kind === 'hash-password')
  bench.node.passwordHashed(bench.now, hashing.task, `hash of ${hashing.password}`)
  bench.turn()
  bench.land()
  assert.equal(bench.reply(request).kind, 'identity')
  return bench
}

function check(bench: Bench, isRight: boolean): void {
  const checking = bench.others.shift()
  assert.ok(checking?.kind === 'check-password')
  assert.equal(checking.passwordHash, 'hash of correct horse')
  bench.node.passwordChecked(bench.now, checking.task, isRight)
  bench.turn()
  bench.land()
}

test('[P2] a registration repeated after a lost answer finds itself', () => {
  const bench = registered()
  const again = bench.request('f1', register)
  assert.equal(bench.appends.length, 0)
  assert.equal(bench.reply(again).kind, 'identity')
})

test('a name that is taken is refused before anything is hashed', () => {
  const bench = registered()
  const other = { ...register, user: 'u-other', device: 'device-other', name: 'EVE' }
  const request = bench.request('f1', other)
  assert.deepEqual(bench.reply(request), { kind: 'refused', code: 'name-taken' })
  assert.deepEqual(bench.others, [])
})

test('a login with the right password adds the device, with a wrong one nothing', () => {
  const bench = registered()
  const login = { ...register, kind: 'login', device: 'device-2', label: 'phone' } as const
  const wrong = bench.request('f1', login)
  check(bench, false)
  assert.deepEqual(bench.reply(wrong), { kind: 'refused', code: 'bad-credentials' })
  const right = bench.request('f1', login)
  check(bench, true)
  assert.equal(bench.reply(right).kind, 'identity')
  assert.equal(bench.store.devicesOf('u-eve').length, 2)
})

test('a token that is not known here is refused only after a barrier through the log', () => {
  const bench = registered()
  const request = bench.request('f1', { kind: 'token', device: 'device-unknown' })
  assert.deepEqual(bench.replies(request), [])
  assert.deepEqual(bench.appends[0]?.ops, [])
  bench.land()
  assert.deepEqual(bench.reply(request), { kind: 'refused', code: 'bad-token' })
  const known = bench.request('f1', { kind: 'token', device: 'device-eve' })
  assert.equal(bench.reply(known).kind, 'identity')
})

test('[P9] without the log, who is known here comes in, and anybody else is told to wait', () => {
  const bench = registered()
  bench.guest('f1', 'ada')
  bench.node.logReach(bench.now, false, 'no leader')
  const known = [
    { kind: 'token', device: 'device-eve' },
    { kind: 'guest', user: 'u-ada', name: 'ada', device: 'device-ada' },
  ] as const
  for (const body of known) assert.equal(bench.reply(bench.request('f1', body)).kind, 'identity')
  const strangers = [
    { kind: 'token', device: 'device-unknown' },
    { kind: 'guest', user: 'u-bob', name: 'bob', device: 'device-bob' },
    { ...register, user: 'u-bob', name: 'bob', device: 'device-bob' },
    { ...register, kind: 'login', name: 'bob', device: 'device-bob' },
  ] as const
  const unavailable = { kind: 'refused', code: 'unavailable' }
  for (const body of strangers) {
    assert.deepEqual(bench.reply(bench.request('f1', body)), unavailable)
  }
  assert.deepEqual([bench.appends, bench.others], [[], []])
})

test('a weak password is refused', () => {
  const bench = new Bench()
  bench.greet('f1')
  const request = bench.request('f1', { ...register, password: 'short' })
  assert.deepEqual(bench.reply(request), { kind: 'refused', code: 'password-weak' })
})

test('a password is changed by who knows the old one', () => {
  const bench = registered()
  const frame = { t: 'password', ask: 1, old: 'correct horse', new: 'battery staple' } as const
  const body = { kind: 'ask', by: 'u-eve', device: 'device-eve', frame } as const
  const request = bench.request('f1', body)
  check(bench, true)
  const hashing = bench.others.shift()
  assert.ok(hashing?.kind === 'hash-password')
  bench.node.passwordHashed(bench.now, hashing.task, 'hash of battery staple')
  bench.turn()
  bench.land()
  assert.deepEqual(bench.reply(request), { kind: 'answer', answer: { kind: 'done' } })
  assert.equal(bench.store.account('u-eve')?.passwordHash, 'hash of battery staple')
})

test('[P2] a change of password repeated after a lost answer is recognised by the new one', () => {
  const bench = registered()
  const frame = { t: 'password', ask: 1, old: 'before that', new: 'correct horse' } as const
  const body = { kind: 'ask', by: 'u-eve', device: 'device-eve', frame } as const
  const repeated = bench.request('f1', body)
  check(bench, false)
  check(bench, true)
  assert.deepEqual(bench.reply(repeated), { kind: 'answer', answer: { kind: 'done' } })
  const wrong = bench.request('f1', body)
  check(bench, false)
  check(bench, false)
  assert.deepEqual(bench.reply(wrong), { kind: 'refused', code: 'bad-credentials' })
})

test('[A9] a device of which the news has not come yet is revoked all the same', () => {
  for (const device of ['device-2', 'others']) {
    const bench = registered()
    const login = bench.request('f1', {
      ...register,
      kind: 'login',
      device: 'device-2',
      label: 'phone',
    })
    const checking = bench.others.shift()
    assert.ok(checking?.kind === 'check-password')
    bench.node.passwordChecked(bench.now, checking.task, true)
    bench.turn()
    const revoke = bench.request('f1', {
      kind: 'ask',
      by: 'u-eve',
      device: 'device-eve',
      frame: { t: 'revoke', ask: 1, device },
    })
    assert.deepEqual(bench.replies(revoke), [])
    bench.land()
    assert.equal(bench.reply(login).kind, 'identity')
    assert.deepEqual(bench.reply(revoke), { kind: 'answer', answer: { kind: 'done' } })
    const left = bench.store.devicesOf('u-eve').map((row) => row.device)
    assert.deepEqual(left, ['device-eve'], device)
  }
})
