/**
 * What every storage must do. Each implementation runs it with a way to open the same one again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nothingRestored, type OutboxItem } from '@starling/core/client/client-io'
import type { RoomSummary } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import fc from 'fast-check'
import type { ClientStorage, Identity, StoredChange } from './storage.ts'
import { StoredPicture } from './stored-picture.ts'

export interface StorageUnderTest {
  open(): ClientStorage
  /** Called when the test is over. */
  dispose(): void
}

export function item(outbox: string, number: number, room = 'r'): OutboxItem {
  const op = { kind: 'post', text: `${outbox} ${number}` } as const
  return { room, outbox, number, op, composedAt: 1_000 + number }
}

export function stored(...items: readonly OutboxItem[]): StoredChange {
  const last = items.at(-1)!
  const outboxes = [{ room: last.room, outbox: last.outbox, next: last.number + 1 }]
  return { kind: 'store-items', forget: [], items, outboxes }
}

const identity: Identity = { token: 't'.repeat(43), kind: 'guest', name: 'ada', isKnown: true }

export function storageContract(name: string, make: () => StorageUnderTest): void {
  const run = (title: string, act: (under: StorageUnderTest) => Promise<void>) => {
    test(`${name}: ${title}`, async () => {
      const under = make()
      try {
        await act(under)
      } finally {
        under.dispose()
      }
    })
  }

  run('a new storage holds nothing', async (under) => {
    const storage = under.open()
    assert.deepEqual(await storage.open(), { state: nothingRestored, identity: undefined })
    await storage.close()
  })

  run('[P1] what was written is there after closing and opening again', async (under) => {
    const first = under.open()
    await first.open()
    await first.write([stored(item('o', 1), item('o', 2)), entries('r', [1, 2])])
    await first.write([{ kind: 'forget-item', item: item('o', 1) }])
    await first.saveIdentity(identity)
    await first.close()
    const second = under.open()
    const restored = await second.open()
    await second.close()
    assert.deepEqual(restored.identity, identity)
    assert.deepEqual(restored.state.items, [item('o', 2)])
    assert.deepEqual(restored.state.outboxes, [{ room: 'r', outbox: 'o', next: 3 }])
    assert.deepEqual(
      restored.state.timelines.get('r')?.map(({ index }) => index),
      [1, 2],
    )
  })

  run('who was not welcomed yet takes nobody’s place until they are', keepsTheWelcomed)

  run('whatever is written restores what the changes mean', async (under) => {
    await fc.assert(
      fc.asyncProperty(fc.array(changeArbitrary, { maxLength: 12 }), async (changes) => {
        const storage = under.open()
        const picture = new StoredPicture((await storage.open()).state)
        for (const change of changes) {
          await storage.write([change])
          picture.apply(change)
        }
        await storage.close()
        const again = under.open()
        assert.deepEqual((await again.open()).state, picture.state())
        await again.close()
      }),
      { numRuns: 20 },
    )
  })
}

async function keepsTheWelcomed(under: StorageUnderTest): Promise<void> {
  const eve: Identity = { ...identity, token: 'e'.repeat(43), name: 'eve', isKnown: false }
  const reopened = async (saved: Identity) => {
    const storage = under.open()
    await storage.open()
    await storage.saveIdentity(saved)
    await storage.close()
    const again = under.open()
    const { state: _, ...held } = await again.open()
    await again.close()
    return held
  }
  assert.deepEqual(await reopened(eve), { identity: undefined, arriving: eve })
  assert.deepEqual(await reopened(identity), { identity })
  assert.deepEqual(await reopened(eve), { identity, arriving: eve })
  const known = { ...eve, isKnown: true }
  assert.deepEqual(await reopened(known), { identity: known })
}

function entries(room: string, indexes: readonly number[], isReset = false): StoredChange {
  const made = indexes.map(
    (index): Entry => ({ index, at: index, by: 'u', name: 'u', kind: 'post', text: `${index}` }),
  )
  return { kind: 'store-entries', room, entries: made, isReset }
}

const roomArbitrary = fc.constantFrom('r', 's')
const outboxArbitrary = fc.constantFrom('o', 'p')
const itemArbitrary = fc
  .tuple(outboxArbitrary, fc.integer({ min: 1, max: 5 }), roomArbitrary)
  .map(([outbox, number, room]) => item(outbox, number, room))
const changeArbitrary: fc.Arbitrary<StoredChange> = fc.oneof(
  fc.tuple(fc.array(itemArbitrary, { maxLength: 3 }), itemArbitrary).map(([forget, kept]) => ({
    kind: 'store-items' as const,
    forget,
    items: [kept],
    outboxes: [{ room: kept.room, outbox: kept.outbox, next: kept.number + 1 }],
  })),
  itemArbitrary.map((kept) => ({ kind: 'forget-item' as const, item: kept })),
  fc
    .tuple(roomArbitrary, fc.uniqueArray(fc.integer({ min: 1, max: 20 })), fc.boolean())
    .map(([room, indexes, isReset]) => entries(room, indexes, isReset)),
  fc.constantFrom('u1', 'u2').map((user) => ({
    kind: 'store-me' as const,
    me: { user, name: user, isGuest: true, device: 'd' },
    rooms: [roomOf(user)],
  })),
)

function roomOf(title: string): RoomSummary {
  const about = { room: 'r', kind: 'public', title, topic: '', role: 'member' } as const
  return { ...about, members: 2, head: 3, readUpTo: 1 }
}
