import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountOperation } from '../log/record.ts'
import { ReplicaBench } from './replica-bench.test-suite.ts'

const refused = (code: string) => ({ ok: false, code })
const done = { ok: true, index: 0, at: 0 }
const first = { ok: true, index: 1, at: 1_000 }

const guestAnn = { kind: 'guest', user: 'u-1', name: 'Ann', device: 'd-1' } as const
const registerBob = {
  kind: 'register',
  user: 'u-2',
  name: 'Bob',
  device: 'd-2',
  label: 'laptop',
  passwordHash: 'hash',
} as const
const loginBob = { kind: 'login', user: 'u-2', device: 'd-3', label: 'phone' } as const

/** The operation is refused and changes nothing at all. */
function refuses(bench: ReplicaBench, op: AccountOperation, code: string): void {
  const before = bench.contents()
  assert.deepEqual(bench.applyOne(op), refused(code), JSON.stringify(op))
  assert.deepEqual(bench.contents(), before)
}

test('[A1] a guest arrives with a name, a device and a self room', () => {
  const bench = new ReplicaBench()
  const applied = bench.apply({ ...guestAnn, name: ' Ａｎｎ ' })
  assert.deepEqual(applied.outcomes, [first])
  const account = { user: 'u-1', name: 'Ann', foldedName: 'ann', isGuest: true, addedAt: 1_000 }
  assert.deepEqual(bench.store.account('u-1'), account)
  const device = { device: 'd-1', user: 'u-1', label: '', addedAt: 1_000 }
  assert.deepEqual(bench.store.devicesOf('u-1'), [device])
  const head = { index: 1, at: 1_000, by: 'u-1', name: 'Ann' }
  const entry = { ...head, kind: 'account', guest: true }
  assert.deepEqual(applied.rooms, [{ room: 'u-1', entries: [entry] }])
  assert.equal(bench.store.room('u-1')?.kind, 'self')
  assert.deepEqual(bench.store.roomsOf('u-1'), [])
})

test('[A1] who registers has a password', () => {
  const bench = new ReplicaBench()
  assert.deepEqual(bench.applyOne(registerBob), first)
  assert.equal(bench.store.account('u-2')?.passwordHash, 'hash')
  assert.equal(bench.store.account('u-2')?.isGuest, false)
  assert.equal(bench.store.device('d-2')?.label, 'laptop')
  assert.deepEqual(bench.lastBody('u-2'), { kind: 'account', guest: false })
})

test('[A2] names are unique among all, as far as the eye can tell', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  const other = { ...registerBob, name: 'ANN' }
  refuses(bench, other, 'name-taken')
  assert.deepEqual(bench.replica.known(other), refused('name-taken'))
  refuses(bench, { ...guestAnn, user: 'u-3', device: 'd-3', name: 'аnn' }, 'name-invalid')
  bench.accepts({ ...registerBob, name: 'Scope' })
  refuses(bench, { ...guestAnn, user: 'u-3', device: 'd-3', name: 'ѕсоре' }, 'name-taken')
})

test('[A3] who asks again with the same token finds themselves', () => {
  const bench = new ReplicaBench()
  for (const op of [guestAnn, registerBob]) {
    assert.equal(bench.replica.known(op), undefined)
    bench.accepts(op)
    const before = bench.contents()
    assert.deepEqual(bench.replica.known(op), done)
    assert.deepEqual(bench.applyOne(op), done)
    assert.deepEqual(bench.applyOne({ ...op, name: 'Other' }), done)
    assert.deepEqual(bench.contents(), before)
  }
})

test('[A4] guests and registration can be switched off, for newcomers', () => {
  const off = new ReplicaBench({ areGuestsAllowed: false, isRegistrationOpen: false })
  refuses(off, guestAnn, 'guests-off')
  refuses(off, registerBob, 'registration-off')
  assert.deepEqual(off.replica.known(guestAnn), refused('guests-off'))
  assert.deepEqual(off.replica.known(registerBob), refused('registration-off'))
})

test('[A5] ids that belong to something else are refused', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  bench.accepts(registerBob)
  bench.room('u-1', 'r1')
  refuses(bench, { ...guestAnn, user: 'u-3', name: 'Cy', device: 'd-1' }, 'invalid')
  refuses(bench, { ...guestAnn, user: 'u-1', name: 'Cy', device: 'd-9' }, 'bad-token')
  refuses(bench, { ...guestAnn, user: 'r1', name: 'Cy', device: 'd-9' }, 'invalid')
  refuses(bench, { ...guestAnn, user: 'u:3', name: 'Cy', device: 'd-9' }, 'invalid')
  refuses(bench, { ...guestAnn, user: 'u'.repeat(31), name: 'Cy', device: 'd-9' }, 'invalid')
  refuses(bench, { ...loginBob, device: 'd-1' }, 'invalid')
})

test('[A6] a guest who registers with the same token stays who they are', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  bench.room('u-1', 'r1')
  const op = { ...registerBob, user: 'u-1', device: 'd-1', name: 'Anna' }
  assert.equal(bench.replica.known(op), undefined)
  bench.accepts(op)
  const { name, isGuest, passwordHash, addedAt } = bench.store.account('u-1')!
  assert.deepEqual([name, isGuest, passwordHash, addedAt], ['Anna', false, 'hash', 1_000])
  assert.equal(bench.store.accountByName('ann'), undefined)
  assert.deepEqual(bench.lastBody('u-1'), { kind: 'account', guest: false })
  assert.deepEqual(bench.store.roomsOf('u-1').length, 1)
  assert.deepEqual(bench.applyOne(op), done)
  assert.deepEqual(bench.replica.known(op), done)
  bench.accepts({ ...guestAnn, user: 'u-3', device: 'd-3' })
  refuses(bench, { ...registerBob, user: 'u-3', device: 'd-3', name: 'anna' }, 'name-taken')
})

test('[A7] a login adds the device and tells the others', () => {
  const bench = new ReplicaBench()
  bench.accepts(registerBob)
  assert.equal(bench.replica.known(loginBob), undefined)
  bench.accepts(loginBob)
  assert.deepEqual(bench.lastBody('u-2'), { kind: 'device-added', device: 'd-3', label: 'phone' })
  assert.equal(bench.store.device('d-3')?.user, 'u-2')
  const before = bench.contents()
  assert.deepEqual(bench.applyOne(loginBob), done)
  assert.deepEqual(bench.replica.known(loginBob), done)
  assert.deepEqual(bench.contents(), before)
})

test('[A7] there is no login without an account and its password', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  refuses(bench, loginBob, 'bad-credentials')
  refuses(bench, { ...loginBob, user: 'u-1' }, 'bad-credentials')
})

test('[A8] an account has at most the devices of its limit', () => {
  const bench = new ReplicaBench({ limits: { devicesPerAccountMax: 2 } })
  bench.accepts(registerBob)
  bench.accepts(loginBob)
  refuses(bench, { ...loginBob, device: 'd-4' }, 'too-many-devices')
  bench.accepts({ kind: 'revoke', user: 'u-2', devices: ['d-3'] })
  bench.accepts({ ...loginBob, device: 'd-4' })
})

test('[A9] a revoked device is gone, and the person told; what is not theirs stays', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  bench.accepts(registerBob)
  bench.accepts(loginBob)
  const op = { kind: 'revoke', user: 'u-2', devices: ['d-3', 'd-1', 'd-9', 'd-3'] } as const
  assert.equal(bench.replica.known(op), undefined)
  bench.accepts(op)
  assert.equal(bench.store.device('d-3'), undefined)
  assert.equal(bench.store.device('d-1')?.user, 'u-1')
  assert.deepEqual(bench.bodies('u-2', 3), [{ kind: 'device-removed', device: 'd-3' }])
  const before = bench.contents()
  assert.deepEqual(bench.applyOne(op), done)
  assert.equal(bench.replica.known(op), undefined)
  assert.deepEqual(bench.contents(), before)
  refuses(bench, { ...op, user: 'u-nobody' }, 'unknown-user')
})

test('[A9] a token that was revoked comes back neither as a newcomer nor by a late login', () => {
  const bench = new ReplicaBench()
  bench.accepts(registerBob)
  bench.accepts({ kind: 'revoke', user: 'u-2', devices: ['d-2'] })
  refuses(bench, registerBob, 'bad-token')
  refuses(bench, { ...loginBob, device: 'd-2' }, 'bad-token')
  bench.accepts(loginBob)
})

test('[A10] a password is changed by who has one', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  bench.accepts(registerBob)
  const op = { kind: 'password', user: 'u-2', passwordHash: 'other' } as const
  assert.equal(bench.replica.known(op), undefined)
  bench.accepts(op)
  assert.equal(bench.store.account('u-2')?.passwordHash, 'other')
  assert.deepEqual(bench.lastBody('u-2'), { kind: 'password-changed' })
  refuses(bench, { ...op, user: 'u-1' }, 'not-allowed')
  refuses(bench, { ...op, user: 'u-nobody' }, 'unknown-user')
  refuses(bench, { ...op, passwordHash: '' }, 'invalid')
})

test('[A11] a read marker only moves forward, to the newest entry, and tells the devices', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  bench.room('u-1', 'r1')
  for (let i = 0; i < 4; i += 1) bench.says('u-1', 'r1')
  const read = (upTo: number) => ({ kind: 'read', user: 'u-1', room: 'r1', upTo }) as const
  bench.accepts(read(3))
  assert.deepEqual(bench.lastBody('u-1'), { kind: 'read', room: 'r1', upTo: 3 })
  assert.equal(bench.store.member('r1', 'u-1')?.readUpTo, 3)
  const before = bench.contents()
  assert.deepEqual(bench.applyOne(read(2)), done)
  assert.deepEqual(bench.replica.known(read(3)), done)
  assert.equal(bench.replica.known(read(4)), undefined)
  assert.deepEqual(bench.contents(), before)
  bench.accepts(read(99))
  assert.equal(bench.store.member('r1', 'u-1')?.readUpTo, 5)
})

test('[A11] a read marker goes back only from where it was seen to stand', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  bench.room('u-1', 'r1')
  for (let i = 0; i < 4; i += 1) bench.says('u-1', 'r1')
  const read = { kind: 'read', user: 'u-1', room: 'r1' } as const
  bench.accepts({ ...read, upTo: 5 })
  const back = { ...read, upTo: 2, was: 5 }
  assert.equal(bench.replica.known(back), undefined)
  bench.accepts(back)
  assert.deepEqual(bench.lastBody('u-1'), { kind: 'read', room: 'r1', upTo: 2, was: 5 })
  assert.deepEqual(bench.applyOne(back), done)
  bench.accepts({ ...read, upTo: 4 })
  assert.deepEqual(bench.applyOne(back), done)
  assert.deepEqual(bench.applyOne({ ...read, upTo: 5, was: 4 }), done)
  assert.equal(bench.store.member('r1', 'u-1')?.readUpTo, 4)
  refuses(bench, { ...read, upTo: 1, was: -1 }, 'invalid')
})

test('[A11] read markers are for members', () => {
  const bench = new ReplicaBench()
  bench.accepts(guestAnn)
  bench.accepts(registerBob)
  bench.room('u-1', 'r1')
  const read = { kind: 'read', user: 'u-2', room: 'r1', upTo: 1 } as const
  refuses(bench, read, 'not-member')
  refuses(bench, { ...read, room: 'r9' }, 'unknown-room')
  refuses(bench, { ...read, room: 'u-2' }, 'unknown-room')
  refuses(bench, { ...read, user: 'u-nobody' }, 'unknown-user')
  refuses(bench, { ...read, upTo: -1 }, 'invalid')
  refuses(bench, { ...read, upTo: 1.5 }, 'invalid')
})

test('[A12] a label that is not fit to be shown is left out', () => {
  const bench = new ReplicaBench()
  bench.accepts({ ...registerBob, label: 'a\nb' })
  assert.equal(bench.store.device('d-2')?.label, '')
})
