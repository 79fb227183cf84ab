import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  applyTreePatch,
  decodeTree,
  decodeTreePatch,
  encodeTree,
  encodeTreePatch,
  type Tree,
  type TreePatch,
} from './tree.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const node = fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }))
const tree: fc.Arbitrary<Tree> = fc
  .integer({ min: 1, max: 5 })
  .chain((depth) => fc.array(node, { minLength: 2 ** depth - 1, maxLength: 2 ** depth - 1 }))

/** What has to be put into the one to have the other. */
function patchOf(before: Tree, after: Tree): TreePatch {
  const changed = after.flatMap((now, index) => {
    const isKept = Buffer.from(now ?? []).equals(Buffer.from(before[index] ?? []))
    return isKept ? [] : [[index, now] as const]
  })
  return { size: after.length, changed }
}

const plainly = (kept: Tree) => kept.map((part) => (part === null ? null : [...part]))

test('a tree that was patched is the tree that it was patched to be', () => {
  const property = fc.property(tree, tree, (before, after) => {
    const patch = decodeTreePatch(encodeTreePatch(patchOf(before, after)))
    assert.deepEqual(plainly(applyTreePatch(before, patch)), plainly(after))
    assert.deepEqual(plainly(decodeTree(encodeTree(after))), plainly(after))
  })
  fc.assert(property)
})

test('a patch and a tree are the bytes that the servers know', () => {
  const patch = { size: 3, changed: [[0, bytes(7, 8)] as const, [2, null] as const] }
  const number = (value: number) => [0, 0, 0, value]
  assert.deepEqual(
    [...encodeTreePatch(patch)],
    [number(3), number(2), number(0), number(2), 7, 8, number(2), number(0)].flat(),
  )
  const encoded = [number(3), number(1), 9, number(0), number(1), 5].flat()
  assert.deepEqual([...encodeTree([bytes(9), null, bytes(5)])], encoded)
})

test('what is no tree and no patch is refused', () => {
  const number = (value: number) => [
    value >>> 24,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  ]
  const refused = (decode: (from: Uint8Array) => unknown, code: string, ...parts: number[][]) =>
    assert.throws(() => decode(bytes(...parts.flat())), { name: 'MlsError', code })
  refused(decodeTree, 'malformed', number(2), number(0), number(0))
  refused(decodeTree, 'malformed', number(0))
  refused(decodeTree, 'malformed', number(1))
  refused(decodeTree, 'malformed', number(1), number(0), [1])
  refused(decodeTree, 'too-large', number(4095))
  refused(decodeTree, 'too-large', number(1), number(8193), Array(8193).fill(1))
  refused(decodeTreePatch, 'malformed', number(1), number(2))
  refused(decodeTreePatch, 'malformed', number(3), number(1), number(3), number(0))
  refused(
    decodeTreePatch,
    'malformed',
    number(3),
    number(2),
    number(1),
    number(0),
    number(1),
    number(0),
  )
  refused(decodeTreePatch, 'malformed', number(3), number(0xffffffff))
})
