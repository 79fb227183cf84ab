/** Which secret goes with which way in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Credentials } from './api.ts'
import { authFor, identityFor } from './device-identity.ts'
import { LittleFrontend } from './little-frontend.test-suite.ts'
import { openMemoryStorage } from './memory-storage.ts'
import { connect } from './node.ts'
import type { Identity } from './storage.ts'

const guest: Identity = { token: 'g', kind: 'guest', name: 'ada', isKnown: true }
const password = 'a long password'
const registering: Credentials = { kind: 'register', name: 'Ada', password }

test('[A6] a guest who registers does so with the token of the guest, under whatever name', () => {
  const same = identityFor(registering, [guest])
  assert.deepEqual(same, { token: 'g', kind: 'account', name: 'Ada', isKnown: false })
  assert.equal(identityFor({ ...registering, name: 'lovelace' }, [guest]).token, 'g')
  assert.deepEqual(authFor(same, registering), {
    kind: 'register',
    name: 'Ada',
    password,
    token: 'g',
  })
})

test('[A6] a guest who was never let in has no token to keep, nor who logs in', () => {
  assert.notEqual(identityFor(registering, [{ ...guest, isKnown: false }]).token, 'g')
  assert.notEqual(identityFor({ kind: 'login', name: 'ada', password }, [guest]).token, 'g')
})

test('[A3] who asks to be the guest that has an account by now comes in with that', () => {
  const account: Identity = { ...guest, kind: 'account' }
  assert.equal(identityFor({ kind: 'guest', name: 'Ada' }, [account]), account)
  assert.notEqual(identityFor({ kind: 'guest', name: 'eve' }, [account]).token, 'g')
})

test('[A6] a client that registers its guest does so with one token, and keeps it', async () => {
  const frontend = await LittleFrontend.listen()
  const storage = openMemoryStorage()
  const addresses = [frontend.address]
  const first = await connect({ addresses, auth: { kind: 'guest', name: 'ada' }, storage })
  await first.ready()
  await first.login(registering)
  assert.ok((await first.ready()).ok)
  await first.close()
  const second = await connect({ addresses, storage })
  assert.ok((await second.ready()).ok)
  const hellos = frontend.heard.flatMap((frame) => (frame.t === 'hello' ? [frame.auth] : []))
  assert.deepEqual(
    hellos.map(({ kind }) => kind),
    ['guest', 'register', 'token'],
  )
  assert.equal(new Set(hellos.map(({ token }) => token)).size, 1)
  await second.close()
  await frontend.crash()
})
