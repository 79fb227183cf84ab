import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { entitlementOf, type Reader, strangersOf } from './entitlement.ts'
import type { ServerView } from './server-view.ts'

const ann: Reader = { user: 'ann', isLinked: true, revokedAtMs: undefined }
const bob: Reader = { ...ann, user: 'bob' }

/** Index 2 is sealed for the phone alone, 4 for both of Ann's and Bob's, 6 without Bob. */
function room(history: 'none' | 'all' = 'none'): ServerView {
  const shared = history === 'all' ? { history } : {}
  const made = { kind: 'create', room: 'private', title: '', topic: '', isEncrypted: true } as const
  const entries: Entry[] = [
    { ...head(1, 'ann'), ...made, ...shared },
    sealed(2, 1),
    { ...head(3, 'bob'), kind: 'join' },
    sealed(4, 2),
    { ...head(5, 'ann'), kind: 'kick', user: 'bob', userName: 'bob' },
    sealed(6, 3),
  ]
  const leaf = (n: number, user: string, device: string) => ({ leaf: n, user, device })
  const [one, two, three] = [
    leaf(0, 'ann', 'phone'),
    leaf(1, 'ann', 'laptop'),
    leaf(2, 'bob', 'bobs'),
  ]
  const leaves = new Map([
    ['1/1', [one]],
    ['1/2', [one, two, three]],
    ['1/3', [one, two]],
  ])
  const group = {
    kind: 'group',
    gen: 1,
    epoch: 3,
    groupInfo: '',
    tree: [],
    leaves: [one, two],
  } as const
  return { entries, leaves, group: { ...group, removals: [], absent: [] } }
}

test('[P10] the device of a member must read what was sealed for any of its person', () => {
  assert.deepEqual(indexes(room(), ann), { must: [2, 4, 6], may: [2, 4, 6] })
})

test('[P10] who came and was sent out may read what was sealed between', () => {
  assert.deepEqual(indexes(room(), bob), { must: [], may: [4] })
})

test('[P10] where history is for all, who was there may read what was before', () => {
  assert.deepEqual(indexes(room('all'), bob), { must: [], may: [2, 4] })
})

test('[P10] who was never there, and a device that was never linked, may read nothing', () => {
  assert.deepEqual(indexes(room(), { ...ann, user: 'eve' }), {
    must: [],
    may: [],
  })
  const unlinked = { ...ann, isLinked: false }
  assert.deepEqual(indexes(room(), unlinked), { must: [], may: [] })
})

test('[P10] a device that was thrown out may read what was sealed until then', () => {
  assert.deepEqual(indexes(room(), { ...ann, revokedAtMs: 4 }), { must: [], may: [2, 4] })
})

test('[E12] a leaf of somebody who was no member is found', () => {
  assert.deepEqual(strangersOf(room()), [])
  const view = room()
  const leaves = new Map([...view.leaves, ['1/3', view.leaves.get('1/2')!]])
  assert.equal(strangersOf({ ...view, leaves }).length, 1)
})

function indexes(view: ServerView, reader: Reader) {
  const { must, may } = entitlementOf(view, reader)
  return { must: [...must], may: [...may] }
}

function head(index: number, by: string) {
  return { index, at: index, by, name: by }
}

function sealed(index: number, epoch: number): Entry {
  return { ...head(index, 'ann'), kind: 'sealed', gen: 1, epoch, box: 'box' }
}
