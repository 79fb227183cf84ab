import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  commits,
  groupInfos,
  identities,
  keyPackages,
  treeNodes,
  welcomes,
} from './arbitrary-mls.test-suite.ts'
import { fromBase64url, toBase64url } from './base64url.ts'
import { readCommit, readPublicCommit, writePublicCommit } from './commit.ts'
import { readDeviceIdentity, writeDeviceIdentity } from './device-identity.ts'
import { readGroupInfo, readWholeGroupInfo, writeGroupInfo } from './group-info.ts'
import { readKeyPackage, writeKeyPackage } from './key-package.ts'
import { readTreeNode, writeTreeNode } from './ratchet-tree.ts'
import { readWelcome, splitWelcome, writeWelcome } from './welcome.ts'

/** Each structure with its reader; the writer's bytes are valid ones. */
const bytesOfAll = fc.oneof(
  commits.map(writePublicCommit),
  groupInfos.map(writeGroupInfo),
  keyPackages.map(writeKeyPackage),
  welcomes.map(writeWelcome),
  treeNodes.map(writeTreeNode),
  identities.map(writeDeviceIdentity),
)

/** What each reader makes of the bytes, written again. */
const rereads: readonly ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
  (bytes) => written(readPublicCommit(bytes), writePublicCommit),
  (bytes) => written(readWholeGroupInfo(bytes), writeGroupInfo),
  (bytes) => written(readWelcome(bytes), writeWelcome),
  (bytes) => written(readTreeNode(bytes), writeTreeNode),
  (bytes) => written(readDeviceIdentity(bytes), writeDeviceIdentity),
]

function written<T>(value: T | undefined, write: (value: T) => Uint8Array) {
  return value === undefined ? undefined : write(value)
}

test('what is written is read again as it was', () => {
  fc.assert(
    fc.property(commits, (one) => assert.deepEqual(readPublicCommit(writePublicCommit(one)), one)),
  )
  fc.assert(
    fc.property(groupInfos, (one) =>
      assert.deepEqual(readWholeGroupInfo(writeGroupInfo(one)), one),
    ),
  )
  fc.assert(fc.property(welcomes, (one) => assert.deepEqual(readWelcome(writeWelcome(one)), one)))
  fc.assert(
    fc.property(treeNodes, (one) => assert.deepEqual(readTreeNode(writeTreeNode(one)), one)),
  )
  fc.assert(
    fc.property(identities, (one) =>
      assert.deepEqual(readDeviceIdentity(writeDeviceIdentity(one)), one),
    ),
  )
  fc.assert(
    fc.property(keyPackages, (one) => {
      const bytes = writeKeyPackage(one)
      const parts = readKeyPackage(bytes)
      assert.deepEqual(parts?.leaf, one.leaf)
      assert.deepEqual(parts?.initKey, one.initKey)
      assert.deepEqual(parts?.raw, bytes.subarray(4))
    }),
  )
})

test('[P8] damaged bytes are refused, or are what writing them gives: never two readings', () => {
  const damage = fc.record({ bytes: bytesOfAll, at: fc.nat(), put: fc.nat(255), cut: fc.nat(3) })
  fc.assert(
    fc.property(damage, ({ bytes, at, put, cut }) => {
      const damaged = bytes.slice(0, bytes.length - cut)
      if (damaged.length > 0) damaged[at % damaged.length] = put
      for (const reread of rereads) {
        const again = reread(damaged)
        if (again !== undefined) assert.deepEqual(again, damaged)
      }
      readCommit(damaged)
      readGroupInfo(damaged)
      readKeyPackage(damaged)
    }),
  )
})

test('[P8] no byte may be missing and none be left over', () => {
  fc.assert(
    fc.property(bytesOfAll, fc.nat(), (bytes, at) => {
      const short = bytes.subarray(0, at % bytes.length)
      const long = Uint8Array.of(...bytes, 0)
      for (const wrong of [short, long]) {
        for (const reread of rereads) assert.equal(reread(wrong), undefined)
        assert.equal(readKeyPackage(wrong), undefined)
      }
    }),
  )
})

test('[P8] arbitrary bytes never make a reader throw', () => {
  const anything = fc
    .record({ head: fc.constantFrom(0, 1, 3, 4, 5), bytes: fc.uint8Array({ maxLength: 300 }) })
    .map(({ head, bytes }) => Uint8Array.of(0, 1, 0, head, ...bytes))
  fc.assert(
    fc.property(fc.oneof(anything, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      for (const reread of rereads) reread(bytes)
      readCommit(bytes)
      readGroupInfo(bytes)
      readKeyPackage(bytes)
    }),
    { numRuns: 1000 },
  )
})

test('a welcome for many is split into one for each, with the same group info', () => {
  fc.assert(
    fc.property(welcomes, (welcome) => {
      const parts = splitWelcome(welcome)
      assert.deepEqual(
        parts.flatMap((part) => part.secrets),
        welcome.secrets,
      )
      for (const part of parts) {
        assert.equal(part.secrets.length, 1)
        assert.equal(part.encryptedGroupInfo, welcome.encryptedGroupInfo)
      }
    }),
  )
})

test('base64url is that of Node, and every text has one meaning', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = toBase64url(bytes)
      assert.equal(text, Buffer.from(bytes).toString('base64url'))
      assert.deepEqual(fromBase64url(text), bytes)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'AQgwBx_-=+/') }), (text) => {
      const bytes = fromBase64url(text)
      if (bytes !== undefined) assert.equal(toBase64url(bytes), text)
    }),
  )
  for (const text of ['A', 'AB', 'AAB', 'AA==', 'A+A', 'ÄÄ']) {
    assert.equal(fromBase64url(text), undefined, text)
  }
})
