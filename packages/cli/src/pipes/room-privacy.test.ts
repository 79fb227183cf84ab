import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ClientSnapshot, RoomPrivacy, RoomSnapshot } from '@starling/client/api'
import type { Entry, EntryBody } from '@starling/protocol/entry'
import { NotDone } from '../exit-codes.ts'
import { entryLine } from './entry-line.ts'
import { type PrivateClient, titlesKnown, usableRoom } from './room-privacy.ts'

class FakeClient implements PrivateClient {
  #rooms: readonly RoomSnapshot[]
  readonly #subscribers = new Set<() => void>()

  constructor(privacy: RoomPrivacy | undefined, lines = 0) {
    this.#rooms = [roomOf(privacy, lines)]
  }

  snapshot(): ClientSnapshot {
    return { rooms: this.#rooms } as Partial<ClientSnapshot> as ClientSnapshot
  }

  subscribe(listener: () => void): () => void {
    this.#subscribers.add(listener)
    return () => void this.#subscribers.delete(listener)
  }

  become(privacy: RoomPrivacy, lines = 0): void {
    this.#rooms = [roomOf(privacy, lines)]
    for (const told of this.#subscribers) told()
  }
}

function roomOf(privacy: RoomPrivacy | undefined, lines: number): RoomSnapshot {
  const timeline = { lines: Array.from({ length: lines }) }
  const room = { room: 'r1', kind: 'private', timeline, ...(privacy && { privacy }) }
  return room as unknown as RoomSnapshot
}

const ready: RoomPrivacy = { state: 'ready', code: 'ready', say: 'Encrypted.' }
const joining: RoomPrivacy = { state: 'preparing', code: 'joining', say: 'Getting keys.' }
const blocked: RoomPrivacy = { state: 'blocked', code: 'identity-changed', say: 'Compare.' }
const unlinked: RoomPrivacy = { state: 'unlinked', code: 'not-linked', say: 'Link.' }
const use = { room: 'r1', profile: 'bot', isWriting: true, waitMsMax: 30_000 }

describe('an encrypted room at a pipe', () => {
  it('is used when its keys are there, and waited for until then', async () => {
    await usableRoom(new FakeClient(undefined), use)
    await usableRoom(new FakeClient(ready), use)
    const client = new FakeClient(joining)
    const used = usableRoom(client, use)
    client.become(ready)
    await used
    await usableRoom(new FakeClient(joining), { ...use, waitMsMax: 1 })
  })

  it('[P8] that cannot be used is refused with its code and what to do', async () => {
    const others: readonly RoomPrivacy[] = [
      unlinked,
      blocked,
      { state: 'broken', code: 'cannot-catch-up', say: 'Broken.' },
      { state: 'full', code: 'group-full', say: 'Full.' },
      { state: 'off', code: 'no-cipher', say: 'Off.' },
    ]
    for (const privacy of others) {
      await assert.rejects(usableRoom(new FakeClient(privacy), use), (error) => {
        assert.ok(error instanceof NotDone && error.remedy !== '')
        return error.message.includes(`(${privacy.code}): ${privacy.say}`)
      })
    }
  })

  it('is read while what is written is held back', async () => {
    await usableRoom(new FakeClient(blocked), { ...use, isWriting: false })
    await assert.rejects(usableRoom(new FakeClient(unlinked), { ...use, isWriting: false }))
  })

  it('is known by its title when that was read, or never will be', async () => {
    await titlesKnown(new FakeClient(undefined))
    await titlesKnown(new FakeClient(ready, 1))
    await titlesKnown(new FakeClient(unlinked))
    const client = new FakeClient(joining)
    let isKnown = false
    const known = titlesKnown(client).then(() => {
      isKnown = true
    })
    client.become(ready)
    await Promise.resolve()
    assert.equal(isKnown, false)
    client.become(ready, 1)
    await known
  })
})

describe('a line for people', () => {
  const box = { gen: 1, epoch: 1, box: 'AA' }

  function line(body: EntryBody): string | undefined {
    const entry: Entry = { index: 1, at: 0, by: 'u1', name: 'ada', ...body }
    return entryLine(entry)?.replace(/^\S+ \S+ /, '')
  }

  it('is none for what devices do among themselves, nor for what was before one came', () => {
    assert.equal(line({ kind: 'group', gen: 1, groupInfo: '' }), undefined)
    assert.equal(line({ kind: 'commit', gen: 1, epoch: 1, id: 'c', commit: '' }), undefined)
    assert.equal(line({ kind: 'unreadable', why: 'before-join', sealed: box }), undefined)
  })

  it('says that it cannot be read, and why', () => {
    const unread = line({ kind: 'unreadable', why: 'no-key', sealed: box })
    assert.equal(unread, 'ada: (not readable: no-key)')
    assert.equal(line({ kind: 'sealed', ...box }), 'ada: (not readable: no-cipher)')
  })
})
