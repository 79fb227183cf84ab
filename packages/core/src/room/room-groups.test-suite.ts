/** The contract of `RoomGroups`, as a part of that of the store. */
import assert from 'node:assert/strict'
import type { GroupRow, LeafRow, RoomGroups, TreeBefore } from './room-groups.ts'
import type { Store } from './store.ts'
import type { Rule } from './store-contract.test-suite.ts'

export function roomGroupsContract(rule: Rule): void {
  groups(rule)
  leaves(rule)
  trees(rule)
  treesBefore(rule)
  commits(rule)
  absent(rule)
}

function put(store: Store, work: (groups: RoomGroups) => void): void {
  store.transact(store.position + 1, () => work(store.groups))
}

const group: GroupRow = {
  ...{ room: 'r1', gen: 1, groupId: 'Zw', epoch: 4, membershipEpoch: 3, groupInfo: 'aW5mbw' },
  ...{ treeSize: 7, removals: [0, 2, 10] },
}

function leaf(at: number, name: string, room = 'r1'): LeafRow {
  return { room, leaf: at, user: `u-${name[0]}`, device: `d-${name}` }
}

function groups(rule: Rule): void {
  rule('[L6] a group is read back as it was put, and replaced', (store) => {
    assert.equal(store.groups.group('r1'), undefined)
    put(store, (groups) => {
      groups.putGroup(group)
      assert.deepEqual(groups.group('r1'), group)
    })
    assert.deepEqual(store.groups.group('r1'), group)
    const next = { ...group, gen: 2, epoch: 0, membershipEpoch: 0, removals: [], treeSize: 1 }
    put(store, (groups) => groups.putGroup(next))
    assert.deepEqual(store.groups.group('r1'), next)
  })
  rule('[L6] whether a room is encrypted is read back with it', (store) => {
    const texts = { title: '', foldedTitle: '', topic: '' }
    const room = { room: 'r1', kind: 'private', ...texts, head: 0, lastAt: 0 } as const
    const private_ = { ...room, members: 1, owners: 1, isEncrypted: true, history: 'all' } as const
    put(store, () => store.putRoom(private_))
    assert.deepEqual(store.room('r1'), private_)
    put(store, () => store.putRoom({ ...private_, head: 3 }))
    assert.deepEqual(store.room('r1'), { ...private_, head: 3 })
  })
}

function leaves(rule: Rule): void {
  rule('[L6] leaves are found by place, device, person and room', (store) => {
    const [a1, a2, b1] = [leaf(10, 'a1'), leaf(0, 'a2'), leaf(2, 'b1')]
    const elsewhere = leaf(5, 'a1', 'r0')
    put(store, (groups) => {
      for (const row of [a1, a2, b1, elsewhere]) groups.putLeaf(row)
    })
    const { groups } = store
    assert.deepEqual(groups.leaves('r1'), [a2, b1, a1])
    assert.deepEqual(groups.leaf('r1', 2), b1)
    assert.equal(groups.leaf('r1', 3), undefined)
    assert.deepEqual(groups.leafOf('r1', 'd-a1'), a1)
    assert.equal(groups.leafOf('r0', 'd-b1'), undefined)
    assert.deepEqual(groups.leavesOfUser('r1', 'u-a'), [a2, a1])
    assert.deepEqual(groups.leavesOfDevice('d-a1'), [elsewhere, a1])
  })
  rule('[L6] a leaf that is deleted is gone, and its device may have another', (store) => {
    put(store, (groups) => groups.putLeaf(leaf(1, 'a1')))
    put(store, (groups) => {
      assert.deepEqual(groups.leafOf('r1', 'd-a1'), leaf(1, 'a1'))
      groups.deleteLeaf('r1', 1)
      groups.deleteLeaf('r1', 9)
      assert.equal(groups.leafOf('r1', 'd-a1'), undefined)
      groups.putLeaf(leaf(0, 'a1'))
      groups.putLeaf(leaf(1, 'b1'))
    })
    assert.deepEqual(store.groups.leaves('r1'), [leaf(0, 'a1'), leaf(1, 'b1')])
    assert.deepEqual(store.groups.leafOf('r1', 'd-a1'), leaf(0, 'a1'))
  })
  rule('[L6] when the work throws, nothing of a group stands', (store) => {
    put(store, (groups) => {
      groups.putGroup(group)
      groups.putLeaf(leaf(0, 'a1'))
      groups.putNode('r1', 0, 'bm9kZQ')
    })
    assert.throws(() =>
      put(store, (groups) => {
        groups.putGroup({ ...group, epoch: 5 })
        groups.deleteLeaf('r1', 0)
        groups.cutNodes('r1', 0)
        groups.putCommit('r1', 1, 0, 7)
        throw new Error('no')
      }),
    )
    assert.deepEqual(store.groups.group('r1'), group)
    assert.deepEqual(store.groups.leafOf('r1', 'd-a1'), leaf(0, 'a1'))
    assert.deepEqual(store.groups.nodes('r1'), [[0, 'bm9kZQ']])
    assert.deepEqual(store.groups.commits('r1', 1, 0, 9), [])
  })
}

function trees(rule: Rule): void {
  rule('[L6] nodes of a tree are put, blanked and cut off', (store) => {
    put(store, (groups) => {
      for (const place of [10, 0, 2, 3]) groups.putNode('r1', place, `n${place}`)
      groups.putNode('r2', 1, 'other')
    })
    put(store, (groups) => {
      groups.putNode('r1', 2, 'n2 anew')
      groups.putNode('r1', 0, null)
      groups.putNode('r1', 4, null)
    })
    assert.deepEqual(store.groups.nodes('r1'), [
      [2, 'n2 anew'],
      [3, 'n3'],
      [10, 'n10'],
    ])
    put(store, (groups) => groups.cutNodes('r1', 3))
    assert.deepEqual(store.groups.nodes('r1'), [[2, 'n2 anew']])
    assert.deepEqual([store.groups.node('r1', 2), store.groups.node('r1', 3)], ['n2 anew', null])
    assert.deepEqual(store.groups.nodes('r2'), [[1, 'other']])
  })
}

function treesBefore(rule: Rule): void {
  rule('[L6] trees of past epochs are told from the newest back, and forgotten', (store) => {
    const row = (epoch: number): TreeBefore => {
      return {
        epoch,
        size: 2 * epoch + 1,
        changed: [
          [epoch, 'n'],
          [epoch + 1, null],
        ],
      }
    }
    put(store, (groups) => {
      for (const epoch of [0, 1, 2, 3]) groups.putTreeBefore('r1', row(epoch))
      groups.putTreeBefore('r2', row(7))
    })
    assert.deepEqual(store.groups.treesBefore('r1', 1), [row(3), row(2), row(1)])
    put(store, (groups) => {
      groups.forgetTreesBefore('r1', 2)
      groups.putTreeBefore('r1', { ...row(3), size: 1 })
    })
    assert.deepEqual(store.groups.treesBefore('r1', 0), [{ ...row(3), size: 1 }, row(2)])
    assert.deepEqual(store.groups.treesBefore('r2', 0), [row(7)])
  })
}

function commits(rule: Rule): void {
  rule('[L6] commits are told by epoch, within a generation, from one on', (store) => {
    put(store, (groups) => {
      for (const epoch of [0, 1, 2, 3]) groups.putCommit('r1', 1, epoch, 10 + epoch)
      groups.putCommit('r1', 2, 0, 20)
      groups.putCommit('r2', 1, 0, 30)
    })
    assert.deepEqual(store.groups.commits('r1', 1, 1, 2), [11, 12])
    assert.deepEqual(store.groups.commits('r1', 1, 2, 9), [12, 13])
    assert.deepEqual(store.groups.commits('r1', 1, 4, 9), [])
    assert.deepEqual(store.groups.commits('r1', 2, 0, 9), [20])
    assert.deepEqual(store.groups.commits('r1', 3, 0, 9), [])
  })
}

function absent(rule: Rule): void {
  rule('[L6] absent are certified devices of members without a leaf, in order', (store) => {
    const member = { role: 'member', isMuted: false, readUpTo: 0 } as const
    const certified = (name: string) => {
      store.keys.putDevice({ device: `d-${name}`, user: `u-${name[0]}`, certificate: 'Yw' })
    }
    store.transact(1, () => {
      for (const user of ['u-b', 'u-a']) store.putMember({ room: 'r1', user, ...member })
      store.putMember({ room: 'r2', user: 'u-c', ...member })
      for (const name of ['b1', 'a2', 'a1', 'c1', 'b2']) certified(name)
      store.keys.putDevice({ device: 'd-a3', user: 'u-a', linkKey: 'bGluaw' })
      store.groups.putLeaf(leaf(0, 'b1'))
      store.groups.putLeaf(leaf(0, 'a1', 'r2'))
    })
    const absent = [
      { user: 'u-a', device: 'd-a1' },
      { user: 'u-a', device: 'd-a2' },
      { user: 'u-b', device: 'd-b2' },
    ]
    assert.deepEqual(store.groups.absent('r1', 9), absent)
    assert.deepEqual(store.groups.absent('r1', 2), absent.slice(0, 2))
    assert.deepEqual(store.groups.absent('r9', 9), [])
  })
}
