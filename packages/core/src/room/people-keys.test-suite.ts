/** The contract of `PeopleKeys`, as a part of that of the store. */
import assert from 'node:assert/strict'
import type { DeviceKeysRow, IdentityRow, PackageRow, PeopleKeys } from './people-keys.ts'
import type { Store } from './store.ts'
import type { Rule } from './store-contract.test-suite.ts'

export function peopleKeysContract(rule: Rule): void {
  identities(rule)
  deviceKeys(rule)
  packages(rule)
  claims(rule)
  archive(rule)
}

function put(store: Store, work: (keys: PeopleKeys) => void): void {
  store.transact(store.position + 1, () => work(store.keys))
}

const identity: IdentityRow = {
  user: 'u-ann',
  version: 2,
  key: 'a2V5',
  recovery: 'cmVj',
  recoveriesBefore: ['b25l', 'dHdv'],
  archived: 7,
}

function packageRow(initKey: string, change: Partial<PackageRow> = {}): PackageRow {
  return { device: 'd-1', initKey, package: `p-${initKey}`, notAfter: 5, ...change }
}

function gone(initKey: string): PackageRow {
  return { device: 'd-1', initKey, notAfter: 5 }
}

function identities(rule: Rule): void {
  rule('[L6] an identity is read back as it was put, and replaced', (store) => {
    assert.equal(store.keys.identity('u-ann'), undefined)
    put(store, (keys) => keys.putIdentity(identity))
    assert.deepEqual(store.keys.identity('u-ann'), identity)
    const { recovery: _recovery, ...bare } = identity
    put(store, (keys) => keys.putIdentity({ ...bare, version: 3 }))
    assert.deepEqual(store.keys.identity('u-ann'), { ...bare, version: 3 })
  })
}

function deviceKeys(rule: Rule): void {
  const bare: DeviceKeysRow = { device: 'd-2', user: 'u-ann' }
  const full: DeviceKeysRow = {
    ...{ device: 'd-1', user: 'u-ann', certificate: 'Y2VydA' },
    ...{ lost: 'bG9zdA', linkKey: 'bGluaw', lastResort: 'bGFzdA', linkMail: 'bWFpbA' },
  }
  rule('[L6] keys of devices are read back as they were put, by device', (store) => {
    put(store, (keys) => {
      keys.putDevice(bare)
      keys.putDevice({ device: 'd-0', user: 'u-bob' })
      keys.putDevice(full)
    })
    assert.deepEqual(store.keys.device('d-1'), full)
    assert.deepEqual(store.keys.devicesOf('u-ann'), [full, bare])
    put(store, (keys) => keys.putDevice({ device: 'd-1', user: 'u-ann' }))
    assert.deepEqual(store.keys.device('d-1'), { device: 'd-1', user: 'u-ann' })
  })
  rule('[L6] a device that is deleted takes its packages with it', (store) => {
    put(store, (keys) => {
      keys.putDevice(full)
      keys.putPackage(packageRow('a'))
      keys.putPackage(gone('b'))
      keys.putPackage(packageRow('a', { device: 'd-2' }))
    })
    put(store, (keys) => keys.deleteDevice('d-1'))
    assert.equal(store.keys.device('d-1'), undefined)
    assert.deepEqual(store.keys.devicesOf('u-ann'), [])
    assert.equal(store.keys.package('d-1', 'b'), undefined)
    assert.deepEqual([store.keys.countPackages('d-1'), store.keys.countPackages('d-2')], [0, 1])
  })
  rule('[L6] when the work throws, no key of it stands', (store) => {
    put(store, (keys) => keys.putPackage(packageRow('a')))
    assert.throws(() =>
      put(store, (keys) => {
        keys.putDevice(full)
        keys.putIdentity(identity)
        keys.putPackage(gone('a'))
        keys.addClaim({ user: 'u-ann', claim: 'c1', room: 'r1', packages: [] }, 9)
        keys.addArchived('u-ann', 1, { key: 'k', box: 'b' })
        throw new Error('no')
      }),
    )
    assert.equal(store.keys.device('d-1'), undefined)
    assert.equal(store.keys.identity('u-ann'), undefined)
    assert.deepEqual(store.keys.packages('d-1', 9), [packageRow('a')])
    assert.equal(store.keys.claim('u-ann', 'c1'), undefined)
    assert.equal(store.keys.isArchived('u-ann', 1, 'k'), false)
  })
}

function packages(rule: Rule): void {
  rule(
    '[L6] packages come in the order in which they first came; those gone are known',
    (store) => {
      put(store, (keys) => {
        for (const initKey of ['c', 'a', 'b']) keys.putPackage(packageRow(initKey))
      })
      put(store, (keys) => keys.putPackage(gone('a')))
      assert.deepEqual(store.keys.packages('d-1', 9), [packageRow('c'), packageRow('b')])
      assert.deepEqual(store.keys.packages('d-1', 1), [packageRow('c')])
      assert.equal(store.keys.countPackages('d-1'), 2)
      assert.deepEqual(store.keys.package('d-1', 'a'), gone('a'))
      assert.equal(store.keys.package('d-1', 'x'), undefined)
      assert.equal(store.keys.package('d-2', 'a'), undefined)
    },
  )
  rule('[L6] of packages that are gone the newest stay known', (store) => {
    put(store, (keys) => {
      for (const initKey of ['a', 'b', 'c', 'd', 'e']) keys.putPackage(gone(initKey))
      keys.putPackage(packageRow('f'))
      keys.putPackage({ ...gone('a'), device: 'd-2' })
    })
    put(store, (keys) => keys.forgetPackages('d-1', 2))
    const known = ['a', 'b', 'c', 'd', 'e', 'f'].filter((one) => store.keys.package('d-1', one))
    assert.deepEqual(known, ['d', 'e', 'f'])
    assert.notEqual(store.keys.package('d-2', 'a'), undefined)
    put(store, (keys) => keys.forgetPackages('d-1', 2))
    assert.notEqual(store.keys.package('d-1', 'd'), undefined)
  })
}

function claims(rule: Rule): void {
  const packages = [{ user: 'u-bob', device: 'd-1', package: 'cA', certificate: 'Yw' }]
  const claimOf = (user: string, claim: string) => ({ user, claim, room: 'r1', packages })
  rule('[L6] a claim is read back; of a person the newest stay', (store) => {
    put(store, (keys) => {
      for (const claim of ['c3', 'c1', 'c2']) keys.addClaim(claimOf('u-ann', claim), 2)
      keys.addClaim(claimOf('u-bob', 'c1'), 2)
    })
    assert.equal(store.keys.claim('u-ann', 'c3'), undefined)
    assert.deepEqual(store.keys.claim('u-ann', 'c1'), claimOf('u-ann', 'c1'))
    assert.deepEqual(store.keys.claim('u-ann', 'c2'), claimOf('u-ann', 'c2'))
    assert.deepEqual(store.keys.claim('u-bob', 'c1'), claimOf('u-bob', 'c1'))
  })
}

function archive(rule: Rule): void {
  rule(
    '[L6] rows of an archive are paged by key, within a person, a version and a prefix',
    (store) => {
      const rows = ['e:r:10', 'e:r:1', 'e:r.x', 'e:q', 'e:s'].map((key) => ({
        key,
        box: `b-${key}`,
      }))
      put(store, (keys) => {
        for (const row of rows) keys.addArchived('u-ann', 1, row)
        keys.addArchived('u-ann', 2, { key: 'e:r:1', box: 'other' })
        keys.addArchived('u-bob', 1, { key: 'e:r:2', box: 'other' })
      })
      const page = (prefix: string, after = '', limit = 9) =>
        store.keys.archived('u-ann', { version: 1, prefix, after, limit }).map(({ key }) => key)
      assert.deepEqual(page(''), ['e:q', 'e:r.x', 'e:r:1', 'e:r:10', 'e:s'])
      assert.deepEqual(page('e:r:'), ['e:r:1', 'e:r:10'])
      assert.deepEqual(page('e:r:', 'e:r:1'), ['e:r:10'])
      assert.deepEqual(page('e:r', '', 2), ['e:r.x', 'e:r:1'])
      assert.deepEqual(page('e:t'), [])
      assert.equal(store.keys.isArchived('u-ann', 1, 'e:q'), true)
      assert.equal(store.keys.isArchived('u-ann', 2, 'e:q'), false)
    },
  )
}
