/**
 * The contract of `Store`, run by every implementation from a test file of its own:
 *
 *     storeContract('MemoryStore', () => ({ store: new MemoryStore() }))
 *
 * `open` gives an empty store. `shared`, where the engine has it, opens a second handle on the same
 * data; such an engine runs `sharedStoreContract` too. Everything is put inside `transact`, as
 * `apply` does.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { peopleKeysContract } from './people-keys.test-suite.ts'
import { roomGroupsContract } from './room-groups.test-suite.ts'
import type { AccountRow, DeviceRow, MemberRow, OutboxRow, RoomRow, Store } from './store.ts'
import { progressContract } from './store-progress.test-suite.ts'
import { searchContract } from './store-search.test-suite.ts'

export interface OpenedStore {
  readonly store: Store
  readonly shared?: () => OpenedStore
  readonly close?: () => void
}

export type Rule = (title: string, check: (store: Store, opened: OpenedStore) => void) => void

export function storeContract(name: string, open: () => OpenedStore): void {
  const rule = ruleOf(name, open)
  transactions(rule)
  progressContract(rule)
  accounts(rule)
  rooms(rule)
  memberships(rule)
  outboxes(rule)
  entriesAndEdits(rule)
  searchContract(rule)
  peopleKeysContract(rule)
  roomGroupsContract(rule)
}

/** For engines whose stores can be shared: `open` gives `shared` too. */
export function sharedStoreContract(name: string, open: () => OpenedStore): void {
  secondHandles(ruleOf(name, open))
}

function ruleOf(name: string, open: () => OpenedStore): Rule {
  return (title, check) => {
    test(`${title} (${name})`, () => {
      const opened = open()
      try {
        check(opened.store, opened)
      } finally {
        opened.close?.()
      }
    })
  }
}

function put(store: Store, work: () => void): void {
  store.transact(store.position + 1, work)
}

const ann: AccountRow = {
  user: 'u-ann',
  name: 'Ann',
  foldedName: 'ann',
  isGuest: false,
  passwordHash: 'secret',
  addedAt: 5,
}
const phone: DeviceRow = { device: 'd-phone', user: 'u-ann', label: 'phone', addedAt: 9 }
const laptop: DeviceRow = { device: 'd-laptop', user: 'u-ann', label: '', addedAt: 9 }

function room(id: string, change: Partial<RoomRow> = {}): RoomRow {
  const title = change.title ?? id
  return {
    room: id,
    kind: 'public',
    title,
    foldedTitle: title.toLowerCase(),
    topic: '',
    head: 0,
    lastAt: 0,
    members: 0,
    owners: 0,
    ...change,
  }
}

function member(room: string, user: string): MemberRow {
  return { room, user, role: 'member', isMuted: false, readUpTo: 0 }
}

function post(index: number, text: string, change: Partial<Entry> = {}): Entry {
  const head = { index, at: index * 10, by: 'u-ann', name: 'Ann' }
  return { ...head, kind: 'post', text, ...change } as Entry
}

function transactions(rule: Rule): void {
  rule('[L6] a new store is empty and stands at position 0', (store) => {
    assert.equal(store.position, 0)
    assert.equal(store.room('r1'), undefined)
    assert.deepEqual(store.entries('r1', 1, 10), [])
  })
  rule('[L6] what the work puts and the position stand together', (store) => {
    store.transact(7, () => store.putAccount(ann))
    assert.equal(store.position, 7)
    assert.deepEqual(store.account('u-ann'), ann)
  })
  rule('[L6] a transaction sees what it put itself', (store) => {
    store.transact(1, () => {
      store.putRoom(room('r1', { head: 1 }))
      assert.equal(store.room('r1')?.head, 1)
      store.putRoom(room('r1', { head: 2 }))
      assert.equal(store.room('r1')?.head, 2)
    })
  })
  rule('[L6] when the work throws, nothing of it stands and the position stays', (store) => {
    store.transact(3, () => {
      store.putAccount(ann)
      store.putDevice(phone)
      store.putDevice(laptop)
      store.putRoom(room('r1', { head: 1 }))
      store.putMember(member('r1', 'u-ann'))
      store.putBan('r1', 'u-bob')
      store.putEntry('r1', post(1, 'hello', { outbox: 'o1', number: 1 }))
    })
    const spoil = () => {
      store.putAccount({ ...ann, name: 'Anna', foldedName: 'anna' })
      store.deleteDevice('d-phone')
      store.putRoom(room('r1', { head: 2, title: 'other' }))
      store.deleteMember('r1', 'u-ann')
      store.deleteBan('r1', 'u-bob')
      store.putInvite('r1', 'u-cy')
      store.putOutbox({ room: 'r1', outbox: 'o1', user: 'u-ann', last: 2, refusals: [] })
      store.putEntry('r1', post(1, 'changed', { outbox: 'o1', number: 1 }))
      store.putEntry('r1', post(2, 'hello again', { outbox: 'o1', number: 2 }))
      throw new Error('spoilt')
    }
    assert.throws(() => store.transact(4, spoil), /spoilt/)
    assert.equal(store.position, 3)
    assert.deepEqual(store.account('u-ann'), ann)
    assert.equal(store.accountByName('anna'), undefined)
    assert.deepEqual(store.accountByName('ann'), ann)
    assert.deepEqual(store.devicesOf('u-ann'), [phone, laptop])
    assert.deepEqual(store.room('r1'), room('r1', { head: 1 }))
    assert.equal(store.publicRoomByTitle('other'), undefined)
    assert.deepEqual(store.roomsOf('u-ann'), [member('r1', 'u-ann')])
    assert.equal(store.isBanned('r1', 'u-bob'), true)
    assert.equal(store.isInvited('r1', 'u-cy'), false)
    assert.equal(store.outbox('r1', 'o1'), undefined)
    assert.deepEqual(store.entries('r1', 1, 9), [post(1, 'hello', { outbox: 'o1', number: 1 })])
    assert.equal(store.sent('r1', 'o1', 2), undefined)
    const hits = store.search({ text: 'hello', rooms: ['r1'], limit: 9 })
    assert.deepEqual(
      hits.map((hit) => hit.entry.index),
      [1],
    )
  })
}

function accounts(rule: Rule): void {
  rule('[L6] an account is found by id and by folded name, the new one after a change', (store) => {
    put(store, () => store.putAccount(ann))
    assert.deepEqual(store.accountByName('ann'), ann)
    const anna = { ...ann, name: 'Anna', foldedName: 'anna' }
    put(store, () => store.putAccount(anna))
    assert.equal(store.accountByName('ann'), undefined)
    assert.deepEqual(store.accountByName('anna'), anna)
  })
  rule('[L6] a guest has no password hash', (store) => {
    const { passwordHash: _, ...guest } = { ...ann, isGuest: true }
    put(store, () => store.putAccount(guest))
    assert.deepEqual(store.account('u-ann'), guest)
  })
  rule('[L6] devices keep the order in which they were added', (store) => {
    put(store, () => {
      store.putDevice(phone)
      store.putDevice(laptop)
      store.putDevice({ ...phone, label: 'new phone' })
    })
    assert.deepEqual(store.devicesOf('u-ann'), [{ ...phone, label: 'new phone' }, laptop])
    put(store, () => store.deleteDevice('d-phone'))
    put(store, () => store.deleteDevice('d-phone'))
    assert.deepEqual(store.devicesOf('u-ann'), [laptop])
    assert.equal(store.device('d-phone'), undefined)
    assert.deepEqual(store.device('d-laptop'), laptop)
  })
}

function rooms(rule: Rule): void {
  rule('[L6] public rooms alone are found by title', (store) => {
    put(store, () => {
      store.putRoom(room('r1', { title: 'Lobby' }))
      store.putRoom(room('r2', { title: 'Secret', kind: 'private' }))
    })
    assert.equal(store.publicRoomByTitle('lobby')?.room, 'r1')
    assert.equal(store.publicRoomByTitle('secret'), undefined)
    assert.equal(store.room('r2')?.title, 'Secret')
  })
  rule('[L6] the directory pages by room id over the titles that contain the text', (store) => {
    put(store, () => {
      store.putRoom(room('r3', { title: 'games b' }))
      store.putRoom(room('r1', { title: 'games a' }))
      store.putRoom(room('r2', { title: 'music' }))
      store.putRoom(room('r4', { title: 'games c', kind: 'private' }))
      store.putRoom(room('r5', { title: 'more games' }))
      store.putRoom(room('R6', { title: '100% games_' }))
    })
    const page = (find: string, after: string, limit: number) =>
      store.publicRooms({ find, after, limit }).map((row) => row.room)
    assert.deepEqual(page('games', '', 2), ['R6', 'r1'])
    assert.deepEqual(page('games', 'r1', 9), ['r3', 'r5'])
    assert.deepEqual(page('', '', 9), ['R6', 'r1', 'r2', 'r3', 'r5'])
    assert.deepEqual(page('%', '', 9), ['R6'])
    assert.deepEqual(page('_', '', 9), ['R6'])
    assert.deepEqual(page('nothing', '', 9), [])
  })
}

function memberships(rule: Rule): void {
  rule('[L6] members page by user id', (store) => {
    const users = ['u-c', 'u-a', 'U-b', 'u-d']
    put(store, () => {
      for (const user of users) store.putMember(member('r1', user))
      store.putMember(member('r2', 'u-z'))
    })
    const page = (after: string, limit: number) =>
      store.members('r1', { after, limit }).map((row) => row.user)
    assert.deepEqual(page('', 2), ['U-b', 'u-a'])
    assert.deepEqual(page('u-a', 9), ['u-c', 'u-d'])
    assert.deepEqual(page('u-d', 9), [])
  })
  rule('[L6] a membership is changed by putting it again', (store) => {
    const owner: MemberRow = { ...member('r1', 'u-a'), role: 'owner', isMuted: true, readUpTo: 4 }
    put(store, () => store.putMember(member('r1', 'u-a')))
    put(store, () => store.putMember(owner))
    assert.deepEqual(store.member('r1', 'u-a'), owner)
    put(store, () => store.deleteMember('r1', 'u-a'))
    assert.equal(store.member('r1', 'u-a'), undefined)
    assert.deepEqual(store.roomsOf('u-a'), [])
  })
  rule("[L6] a person's rooms come by room id, without the self room", (store) => {
    put(store, () => {
      store.putRoom(room('u-a', { kind: 'self', members: 1 }))
      store.putMember(member('u-a', 'u-a'))
      for (const id of ['r2', 'r1', 'R3']) {
        store.putRoom(room(id))
        store.putMember(member(id, 'u-a'))
      }
    })
    assert.deepEqual(
      store.roomsOf('u-a').map((row) => row.room),
      ['R3', 'r1', 'r2'],
    )
    assert.deepEqual(store.member('u-a', 'u-a'), member('u-a', 'u-a'))
  })
  rule('[L6] who left muted is kept until it is deleted', (store) => {
    put(store, () => store.putMutedAway('r1', 'u-a'))
    put(store, () => store.putMutedAway('r1', 'u-a'))
    assert.equal(store.isMutedAway('r1', 'u-a'), true)
    assert.equal(store.isMutedAway('r2', 'u-a'), false)
    assert.equal(store.isMutedAway('r1', 'u-b'), false)
    put(store, () => store.deleteMutedAway('r1', 'u-a'))
    put(store, () => store.deleteMutedAway('r1', 'u-a'))
    assert.equal(store.isMutedAway('r1', 'u-a'), false)
  })
  rule('[L6] bans and invitations stand until they are deleted', (store) => {
    put(store, () => {
      store.putBan('r1', 'u-a')
      store.putBan('r1', 'u-a')
      store.putInvite('r1', 'u-b')
      store.putInvite('r1', 'u-b')
    })
    assert.equal(store.isBanned('r1', 'u-a'), true)
    assert.equal(store.isBanned('r1', 'u-b'), false)
    assert.equal(store.isInvited('r1', 'u-b'), true)
    assert.equal(store.isInvited('r2', 'u-b'), false)
    put(store, () => {
      store.deleteBan('r1', 'u-a')
      store.deleteInvite('r1', 'u-b')
      store.deleteInvite('r1', 'u-nobody')
    })
    assert.equal(store.isBanned('r1', 'u-a'), false)
    assert.equal(store.isInvited('r1', 'u-b'), false)
  })
}

function outboxes(rule: Rule): void {
  rule('[L6] an outbox keeps its last number and its refusals, apart in each room', (store) => {
    const row: OutboxRow = {
      room: 'r1',
      outbox: 'o1',
      user: 'u-ann',
      last: 3,
      refusals: [{ number: 2, code: 'muted' }],
    }
    put(store, () => store.putOutbox({ ...row, last: 1, refusals: [] }))
    put(store, () => store.putOutbox(row))
    assert.deepEqual(store.outbox('r1', 'o1'), row)
    assert.equal(store.outbox('r2', 'o1'), undefined)
  })
  rule('[P2] a send is found by outbox and number, however its entry changed', (store) => {
    const first = post(1, 'one', { outbox: 'o1', number: 1 })
    put(store, () => store.putEntry('r1', first))
    put(store, () => store.putEntry('r1', post(2, 'two', { outbox: 'o1', number: 2 })))
    put(store, () => store.putEntry('r1', { ...first, text: 'changed' } as Entry))
    assert.deepEqual(store.sent('r1', 'o1', 1), { index: 1, at: 10 })
    assert.deepEqual(store.sent('r1', 'o1', 2), { index: 2, at: 20 })
    assert.equal(store.sent('r1', 'o1', 3), undefined)
    assert.equal(store.sent('r2', 'o1', 1), undefined)
  })
}

function entriesAndEdits(rule: Rule): void {
  rule('[P3] entries come densely from an index, at most as many as asked', (store) => {
    put(store, () => {
      for (let index = 1; index <= 5; index++) store.putEntry('r1', post(index, `m${index}`))
      store.putEntry('r2', post(1, 'other'))
    })
    const indexes = (from: number, limit: number) =>
      store.entries('r1', from, limit).map((entry) => entry.index)
    assert.deepEqual(indexes(1, 2), [1, 2])
    assert.deepEqual(indexes(4, 9), [4, 5])
    assert.deepEqual(indexes(6, 9), [])
    assert.deepEqual(store.entry('r1', 3), post(3, 'm3'))
    assert.equal(store.entry('r1', 6), undefined)
  })
  rule('[L6] an entry is kept whole and replaced by its index', (store) => {
    const whole = post(1, 'täxt 🙂\n\u2028', {
      replyTo: 1,
      editedAt: 12,
      reactions: [{ emoji: '👍🏽', users: ['u-a', 'u-b'] }],
    } as Partial<Entry>)
    put(store, () => store.putEntry('r1', post(1, 'first')))
    put(store, () => store.putEntry('r1', whole))
    assert.deepEqual(store.entries('r1', 1, 9), [whole])
  })
  rule('[L6] the edits of a message are found by their target', (store) => {
    const head = { at: 1, by: 'u-ann', name: 'Ann' }
    put(store, () => {
      store.putEntry('r1', post(1, 'one'))
      store.putEntry('r1', post(2, 'two'))
      store.putEntry('r1', { ...head, index: 3, kind: 'edit', target: 1, text: 'a' })
      store.putEntry('r1', { ...head, index: 4, kind: 'edit', target: 2, text: 'b' })
      store.putEntry('r1', { ...head, index: 5, kind: 'edit', target: 1, text: 'c' })
      store.putEntry('r1', { ...head, index: 3, kind: 'edit', target: 1, text: '' })
    })
    assert.deepEqual(store.edits('r1', 1), [3, 5])
    assert.deepEqual(store.edits('r1', 3), [])
  })
}

function secondHandles(rule: Rule): void {
  rule('[L7] a second handle on the same data sees what the first put', (store, opened) => {
    const other = opened.shared!()
    try {
      assert.equal(other.store.position, 0)
      store.transact(5, () => {
        store.putRoom(room('r1', { head: 1 }))
        store.putEntry('r1', post(1, 'hello'))
      })
      assert.equal(other.store.position, 5)
      assert.deepEqual(other.store.room('r1'), room('r1', { head: 1 }))
      other.store.transact(6, () => other.store.putEntry('r1', post(2, 'hello too')))
      assert.equal(store.position, 6)
      assert.deepEqual(store.entries('r1', 1, 9), [post(1, 'hello'), post(2, 'hello too')])
      const hits = store.search({ text: 'hello', rooms: ['r1'], limit: 9 })
      assert.equal(hits.length, 2)
    } finally {
      other.close?.()
    }
  })
}
