import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readCommit, readPublicCommit, writePublicCommit } from './commit.ts'
import { readKeyPackage } from './key-package.ts'
import { putTreeNode, takeTreeNode } from './ratchet-tree.ts'
import { readWelcome, writeWelcome } from './welcome.ts'
import { readWhole, writeWhole } from './wire.ts'

/** The working group's own test vectors, of which `packages/mls/vectors` tells more. */
type Vector = Readonly<Record<string, unknown>>

function vectors(name: string): readonly Vector[] {
  const file = new URL(`../../../mls/vectors/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[]
}

const clients = [
  'passive-client-welcome',
  'passive-client-handling-commit',
  'passive-client-random',
]

/** Every value under these names. */
function valuesOf(names: readonly string[], files: readonly string[]): readonly Uint8Array[] {
  return files.flatMap(vectors).flatMap((vector) =>
    names.flatMap((name) => {
      const value = vector[name]
      return typeof value === 'string' ? [bytesOf(value)] : []
    }),
  )
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

test('the official key packages are read', () => {
  const found = valuesOf(['key_package'], [...clients, 'welcome'])
  assert(found.length > 10)
  for (const bytes of found) assert.deepEqual(readKeyPackage(bytes)?.raw, bytes.subarray(4))
})

test('the official welcomes are read, to the last byte', () => {
  const found = valuesOf(['welcome'], [...clients, 'welcome'])
  assert(found.length > 10)
  for (const bytes of found) {
    const welcome = readWelcome(bytes)
    assert(welcome !== undefined)
    assert.deepEqual(writeWelcome(welcome), bytes)
  }
})

test('the official commits are read, to the last byte, and found to make sense', () => {
  const found = clients
    .flatMap(vectors)
    .flatMap(({ epochs }) => epochs as readonly { readonly commit: string }[])
    .map(({ commit }) => bytesOf(commit))
  assert(found.length > 20)
  for (const bytes of found) {
    const commit = readPublicCommit(bytes)
    assert(commit !== undefined)
    assert.deepEqual(writePublicCommit(commit), bytes)
    assert.equal(readCommit(bytes)?.epoch, Number(commit.epoch))
  }
})

test('the official trees are read, node by node, to the last byte', () => {
  const names = ['tree', 'tree_before', 'tree_after']
  const found = valuesOf(names, ['tree-validation', 'tree-operations'])
  assert(found.length > 20)
  for (const bytes of found) {
    const nodes = readWhole(bytes, (reader) =>
      reader.vector((inner) => inner.optional(takeTreeNode)),
    )
    assert(nodes !== undefined)
    const again = writeWhole(nodes, (writer, all) =>
      writer.vector(all, (inner, node) => inner.optional(node, putTreeNode)),
    )
    assert.deepEqual(again, bytes)
  }
})
