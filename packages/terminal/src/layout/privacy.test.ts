import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PrivacyCause, RoomPrivacy, RoomSnapshot } from '@starling/client/api'
import { after, aState, frameOf, key, mainRowsOf } from '../testing/frame.ts'
import { aMessage, aRoom, aSystemLine, aTimeline, aWorld, mine } from '../testing/world.ts'
import { widthOf } from '../text/width.ts'

const ready: RoomPrivacy = { state: 'ready', code: 'ready', say: 'Encrypted.' }

const states: readonly RoomPrivacy[] = [
  ready,
  { state: 'preparing', code: 'joining', say: 'Getting the keys.' },
  { state: 'preparing', code: 'retrying', say: 'No keys yet.', action: 'again' },
  { state: 'behind', code: 'catching-up', say: 'Catching up.' },
  { state: 'blocked', code: 'identity-changed', say: 'Verify.', action: 'verify', users: ['u-bo'] },
  { state: 'broken', code: 'cannot-catch-up', say: 'Broken.', action: 'reset' },
  { state: 'broken', code: 'cannot-catch-up', say: 'Broken.', action: 'ask-owner' },
  { state: 'unlinked', code: 'not-linked', say: 'Link.', action: 'link' },
  { state: 'full', code: 'group-full', say: 'Full.' },
  { state: 'off', code: 'no-cipher', say: 'Cannot.', action: 'update' },
]

function sealedRoom(privacy: RoomPrivacy, change: Partial<RoomSnapshot> = {}): RoomSnapshot {
  return aRoom({ kind: 'private', title: 'den', isEncrypted: true, privacy, ...change })
}

/** Header, list, rule. */
function shown(room: RoomSnapshot, size = { columns: 80, rows: 24 }): readonly string[] {
  const world = aWorld({ rooms: [room] })
  const { state } = after(aState(size), world, [{ kind: 'world' }])
  return mainRowsOf(state, world)
}

function ruleOf(room: RoomSnapshot): string {
  return shown(room).at(-2) ?? ''
}

describe('who can read a room', () => {
  it('is a lock beside its name; without one the room says that it has none', () => {
    const peer = { user: 'u-bo', name: 'bo' }
    const direct = { kind: 'direct', title: 'bo', peer } as const
    const rooms: readonly [room: RoomSnapshot, header: RegExp][] = [
      [sealedRoom(ready), /^ #den {2}🔒 private /],
      [sealedRoom(ready, direct), /^ bo {2}🔒 /],
      [aRoom({ kind: 'private', title: 'den' }), /^ #den {2}private, not encrypted /],
      [aRoom(direct), /^ bo {2}not encrypted /],
      [aRoom(), /^ #garden {3}/],
    ]
    for (const [room, header] of rooms) assert.match(shown(room)[0] ?? '', header)
  })

  it('is verified in a conversation whose other person is', () => {
    const peer = { user: 'u-ada', name: 'ada' }
    const timeline = aTimeline([aMessage(1, 'hi', { isVerified: true }), mine(2, 'yes')])
    const room = sealedRoom(ready, { kind: 'direct', title: 'ada', peer, timeline })
    assert.match(shown(room)[0] ?? '', /🔒 verified/)
  })

  it('is said once at the beginning', () => {
    assert.ok(shown(sealedRoom(ready)).some((row) => /🔒 Only the people in this room/.test(row)))
    assert.ok(!shown(aRoom()).some((row) => row.includes('🔒')))
  })
})

describe('what stands in the way of reading and writing', () => {
  it('is a word beside the lock, and a sentence only when it asks for something', () => {
    const seen = states.map((privacy) => {
      const rows = shown(sealedRoom(privacy))
      return [/🔒 (.*?) {2,}/.exec(rows[0] ?? '')?.[1], rows.at(-2)?.replaceAll('─', '').trim()]
    })
    assert.deepEqual(seen, [
      ['private', ''],
      ['getting keys …', ''],
      ['getting keys …', 'No keys yet; trying on · /again'],
      ['catching up …', ''],
      ['held back', 'New identity of somebody you verified · /verify or /accept'],
      ['keys broken', 'The keys here do not fit · /reset-room'],
      ['keys broken', 'The keys here do not fit · ask an owner to /reset-room'],
      ['not linked', 'This device is not linked · /link'],
      ['full', 'No more devices fit into this room'],
      ['not readable', 'This client cannot read encrypted rooms'],
    ])
  })

  it('names the person whose identity changed', () => {
    const blocked = states.find(({ state }) => state === 'blocked')!
    const timeline = aTimeline([
      aSystemLine(1, { kind: 'identities', people: [{ user: 'u-bo', name: 'bo' }] }, 'ada'),
    ])
    const room = sealedRoom(blocked, { timeline })
    assert.match(ruleOf(room), /New identity of bo · \/verify or \/accept/)
    assert.ok(shown(room).some((row) => row.includes('bo has a new identity · /verify')))
  })

  it('moves no row', () => {
    const timeline = aTimeline([aMessage(1, 'one'), mine(2, 'two')])
    const lists = states.map((privacy) => shown(sealedRoom(privacy, { timeline })).slice(1, -2))
    for (const list of lists) assert.deepEqual(list, lists[0])
  })

  it('fits every window', () => {
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 40, rows: 12 },
      { columns: 24, rows: 8 },
    ]) {
      for (const privacy of states) {
        const world = aWorld({ rooms: [sealedRoom(privacy)] })
        const { state } = after(aState(size), world, [{ kind: 'world' }])
        const rows = mainRowsOf(state, world)
        assert.ok(rows.length <= size.rows)
        for (const row of rows) assert.ok(widthOf(row) <= size.columns, row)
      }
    }
  })
})

describe('what cannot be read', () => {
  const noKey: PrivacyCause = { code: 'no-key', say: 'Waiting for its key.', action: 'again' }
  const notLinked: PrivacyCause = { code: 'not-linked', say: 'Link it.', action: 'link' }

  function rows(...lines: Parameters<typeof aTimeline>[0] & object): readonly string[] {
    const timeline = aTimeline(lines)
    return shown(sealedRoom(ready, { timeline, members: 12 })).filter((row) => row.trim() !== '')
  }

  it('says why, and what may help, in the place of its text', () => {
    const seen = rows(aMessage(1, '', { unreadable: noKey }), aMessage(2, 'and this'))
    assert.match(seen.at(-4) ?? '', /ada {2}Waiting for its key\. \/again$/)
    assert.match(seen.at(-3) ?? '', / {3}and this$/)
  })

  it('heals in place: nothing below it moves', () => {
    const healed = rows(aMessage(1, 'the first'), aMessage(2, 'and this'))
    const sealed = rows(aMessage(1, '', { unreadable: noKey }), aMessage(2, 'and this'))
    assert.equal(healed.length, sealed.length)
    assert.deepEqual(healed.slice(-3), sealed.slice(-3))
  })

  it('is one row when there is much of it', () => {
    const wall = Array.from({ length: 50 }, (_, at) => {
      return aMessage(at + 1, '', { unreadable: notLinked })
    })
    const seen = rows(...wall, aMessage(51, '', { unreadable: noKey }), aMessage(52, 'read'))
    assert.match(seen.at(-5) ?? '', /50 messages · link this device to read$/)
    assert.match(seen.at(-4) ?? '', /Waiting for its key/)
  })

  it('because it was written before one came is one line above all', () => {
    const say = 'What was written before you came cannot be read on this device.'
    const divider = {
      kind: 'divider',
      key: 'd',
      index: 7,
      at: 0,
      code: 'before-join',
      say,
    } as const
    const timeline = aTimeline([aMessage(8, 'hello')], { divider, hasOlder: true })
    for (const columns of [40, 80, 120]) {
      const seen = shown(sealedRoom(ready, { timeline }), { columns, rows: 24 })
      const words = seen.map((row) => row.trim()).join(' ')
      assert.equal(words.split('What was written before you came').length, 2)
      assert.match(words, /cannot be read on this device\./)
    }
  })

  it('is not answered, edited or reacted to; Enter on it does what may help', () => {
    const own = mine(1, '', { unreadable: noKey })
    const world = aWorld({ rooms: [sealedRoom(ready, { timeline: aTimeline([own]) })] })
    const start = after(aState(), world, [{ kind: 'world' }, key('ctrl+up')]).state
    for (const letter of ['r', 'e', '+']) {
      const typed = { kind: 'input', input: { kind: 'text', text: letter } } as const
      const { state, acts } = after(start, world, [typed])
      assert.deepEqual(acts, [])
      assert.equal(state.views.get('r-garden')?.intent.kind, 'post')
    }
    const { acts } = after(start, world, [key('enter')])
    assert.deepEqual(acts, [{ kind: 'command', text: '/again', target: undefined }])
    const up = after(aState(), world, [{ kind: 'world' }, key('up')]).state
    assert.equal(up.views.get('r-garden')?.intent.kind, 'post')
  })
})

describe('a device of one’s own', () => {
  const unlinked = { state: 'unlinked', unlinked: [], hasRecoveryKey: false } as const

  it('that is not linked says so at the bottom, in every room', () => {
    const world = aWorld({ privacy: unlinked })
    const { state } = after(aState(), world, [{ kind: 'world' }])
    assert.match(frameOf(state, world).at(-1) ?? '', /^ me · not linked: \/link /)
  })

  it('that waits to be linked is told once, and stands at the bottom', () => {
    const phone = { device: 'd-2', label: 'phone' }
    const privacy = { state: 'ready', unlinked: [phone], hasRecoveryKey: true } as const
    const world = aWorld({ privacy })
    const { state } = after(aState(), world, [{ kind: 'world' }])
    assert.match(mainRowsOf(state, world).at(-2) ?? '', /“phone” of yours waits to be linked/)
    assert.match(frameOf(state, world).at(-1) ?? '', /^ me · 1 to \/link /)
    const later = after({ ...state, note: undefined }, world, [{ kind: 'world' }]).state
    assert.equal(later.note, undefined)
  })
})
