/** What every cipher must do, with any cryptography. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CipherMaker,
  LittleDelivery,
  type LittleDevice,
  room,
} from './little-delivery.test-suite.ts'

class Meeting extends LittleDelivery {
  async ready(user: string, name: string): Promise<LittleDevice> {
    const device = await this.device(user, name)
    assert.equal((await this.prepare(device)).state, 'ready')
    return device
  }

  async begin(by: LittleDevice): Promise<void> {
    const { op } = await by.do('operation', { kind: 'begin', room, gen: this.group.gen + 1 })
    await by.open([this.put(by, op)])
  }

  async join(device: LittleDevice) {
    const { op } = await device.do('operation', { kind: 'join', room, group: this.group })
    return op
  }

  async change(
    by: LittleDevice,
    { add = [], remove = [] }: { add?: LittleDevice[]; remove?: LittleDevice[] },
  ) {
    const claimed = add.map((one) => this.claim(one))
    const leaves = remove.map((one) => this.leafOf(one))
    const work = { room, group: this.group, add: claimed, claims: [], remove: leaves } as const
    return (await by.do('operation', { kind: 'change', ...work, update: add.length === 0 })).op
  }

  leafOf({ user, device }: LittleDevice): number {
    const found = this.group.leaves.find((one) => one.user === user && one.device === device)
    assert(found !== undefined, `${device} has no leaf`)
    return found.leaf
  }

  async welcome(device: LittleDevice) {
    const mail = this.welcomes.get(device.device)
    assert(mail !== undefined, `no welcome for ${device.device}`)
    const full = { kind: 'welcome', room, ...mail } as const
    return device.result({ kind: 'welcome', room, mail: full, group: this.groupAt(mail) })
  }
}

/** Ann has begun a group; nobody else is in it. */
async function meeting(
  maker: CipherMaker,
): Promise<[Meeting, LittleDevice, LittleDevice, LittleDevice]> {
  const here = new Meeting(maker)
  const ann = await here.ready('ann', 'ann-1')
  const bob = await here.ready('bob', 'bob-1')
  const cat = await here.ready('cat', 'cat-1')
  await here.begin(ann)
  return [here, ann, bob, cat]
}

const cases: Readonly<Record<string, (maker: CipherMaker) => Promise<void>>> = {
  '[P10] who was added reads what comes after, and nothing from before': async (maker) => {
    const [here, ann, bob, cat] = await meeting(maker)
    const early = await here.seal(ann, 'early')
    const entry = here.put(ann, await here.change(ann, { add: [bob, cat] }))
    assert.deepEqual((await ann.open([entry])).added, [
      { user: 'bob', device: 'bob-1' },
      { user: 'cat', device: 'cat-1' },
    ])
    assert.equal((await here.welcome(bob)).status?.state, 'member')
    assert.equal((await here.welcome(cat)).status?.epoch, 1)
    const late = await here.seal(bob, 'läte 🐦')
    for (const one of [bob, cat]) {
      assert.deepEqual(await one.reads([early, entry, late]), ['before-join', 'läte 🐦'])
    }
    assert.deepEqual(await ann.reads([late, early]), ['läte 🐦', 'early'])
  },

  '[P10] who was removed learns nothing, also when it is one alone': async (maker) => {
    const [here, ann, bob, cat] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob, cat] }))])
    await here.welcome(bob)
    await here.welcome(cat)
    const removal = here.put(ann, await here.change(ann, { remove: [bob] }))
    await ann.open([removal])
    await cat.open([removal])
    const secret = await here.seal(cat, 'secret')
    assert.deepEqual(await ann.reads([secret]), ['secret'])
    assert.notEqual((await bob.reads([removal, secret]))[0], 'secret')
    const status = (await bob.result({ kind: 'spans', room })).status
    assert.equal(status?.state, 'removed')
    const sealing = await bob.result({ kind: 'seal', room, contents: [] })
    assert.equal(sealing.outcome.kind, 'failed')
  },

  'a device joins by itself, and again when it lost its place': async (maker) => {
    const [here, ann, bob] = await meeting(maker)
    for (const again of [false, true]) {
      const entry = here.put(bob, await here.join(bob))
      await bob.open([entry])
      await ann.open([entry])
      assert.equal(here.group.leaves.length, 2, again ? 'one leaf a device' : '')
      const said = await here.seal(bob, 'here I am')
      assert.deepEqual(await ann.reads([said]), ['here I am'])
    }
  },

  'of two commits on one epoch the first stands, on both sides': async (maker) => {
    const [here, ann, bob, cat] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    await here.welcome(bob)
    await here.change(bob, {})
    const winner = here.put(ann, await here.change(ann, { add: [cat] }))
    assert.equal((await bob.open([winner])).behind, undefined)
    await ann.open([winner])
    await here.welcome(cat)
    const said = await here.seal(bob, 'after all')
    for (const one of [ann, cat]) assert.deepEqual(await one.reads([said]), ['after all'])
  },

  'a pending commit survives a crash and is promoted by its id alone': async (maker) => {
    const [here, ann, bob] = await meeting(maker)
    await here.change(ann, {})
    const op = await here.change(ann, { add: [bob] })
    await ann.crash()
    await ann.open([here.put(ann, op)])
    await here.welcome(bob)
    const said = await here.seal(ann, 'still here')
    assert.deepEqual(await bob.reads([said]), ['still here'])
  },

  'missing commits are noticed, and made up for in order': async (maker) => {
    const [here, ann, bob] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    await here.welcome(bob)
    const one = here.put(ann, await here.change(ann, {}))
    await ann.open([one])
    const two = here.put(ann, await here.change(ann, {}))
    await ann.open([two])
    const said = await here.seal(ann, 'far ahead')
    const opened = await bob.open([said])
    assert.deepEqual(opened.behind, { gen: 1, epoch: 3 })
    assert.equal((await bob.open([two])).behind?.gen, 1)
    assert.deepEqual(await bob.reads([one, two, one, said]), ['far ahead'])
  },

  'a key package lets in once, and a tree that nobody signed never': async (maker) => {
    const [here, ann, bob, cat] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    const right = here.group
    here.group = { ...right, tree: right.tree.map((node, at) => (at === 2 ? null : node)) }
    const joining = await cat.result({ kind: 'join', room, group: here.group })
    assert.equal(joining.outcome.kind, 'failed')
    here.group = right
    assert.equal((await here.welcome(bob)).outcome.kind, 'done')
    await bob.do('done', { kind: 'forget', room })
    assert.equal((await here.welcome(bob)).outcome.kind, 'failed')
  },

  '[P10] who was added while away reads on from there, however far the group has gone': async (
    maker,
  ) => {
    const [here, ann, bob, cat] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    const said = await here.seal(ann, 'while you were away')
    const later = here.put(ann, await here.change(ann, { add: [cat] }))
    await ann.open([later])
    assert.equal((await here.welcome(bob)).status?.epoch, 1)
    assert.deepEqual(await bob.reads([said, later]), ['while you were away'])
    const after = await here.seal(bob, 'and now')
    assert.deepEqual(await ann.reads([after]), ['and now'])
  },

  'a group begun anew has new members, and what was read stays readable': async (maker) => {
    const [here, ann, bob] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    await here.welcome(bob)
    const old = await here.seal(ann, 'old')
    const { op } = await ann.do('operation', { kind: 'begin', room, gen: 2 })
    const begun = here.put(ann, op)
    await ann.open([begun])
    assert.equal((await bob.result({ kind: 'spans', room })).status?.state, 'member')
    await bob.open([begun])
    assert.equal((await bob.result({ kind: 'spans', room })).status?.state, 'none')
    assert.deepEqual(await bob.reads([old]), ['old'])
    await bob.open([here.put(bob, await here.join(bob))])
    assert.equal((await bob.result({ kind: 'spans', room })).status?.gen, 2)
  },

  'of two groups begun at once each device knows its own by its GroupInfo': async (maker) => {
    const here = new Meeting(maker)
    const [ann, bob] = [await here.ready('ann', 'ann-1'), await here.ready('bob', 'bob-1')]
    const begin = { kind: 'begin', room, gen: 1 } as const
    const { op } = await ann.do('operation', begin)
    await ann.do('operation', begin)
    await bob.do('operation', begin)
    const begun = here.put(ann, op)
    await ann.open([begun])
    // Whoever is said to have begun it: the bytes tell.
    await bob.open([{ ...begun, by: 'bob' }])
    assert.equal((await ann.result({ kind: 'spans', room })).status?.state, 'member')
    assert.equal((await bob.result({ kind: 'spans', room })).status?.state, 'none')
  },

  "what is damaged, or said to be another's, is not read": async (maker) => {
    const [here, ann] = await meeting(maker)
    const said = await here.seal(ann, 'mine')
    assert(said.kind === 'sealed')
    assert.deepEqual(await ann.reads([{ ...said, by: 'bob' }]), ['bad-signature'])
    const other = said.box.at(-2) === 'A' ? 'B' : 'A'
    const box = said.box.slice(0, -2) + other + said.box.slice(-1)
    assert.deepEqual(await ann.reads([{ ...said, box }]), ['tampered'])
  },

  'a second device is let in by the first, and reads what the archive keeps': async (maker) => {
    const [here, ann] = await meeting(maker)
    const early = await here.seal(ann, 'early')
    const tablet = await here.device('ann', 'ann-2')
    const { state, linkCode = '' } = await here.prepare(tablet)
    assert.equal(state, 'unlinked')
    assert.deepEqual(await tablet.reads([early]), ['not-linked'])
    const link = await ann.do('link', { kind: 'link-accept', code: linkCode, keys: here.keys(ann) })
    assert.equal(link.device, 'ann-2')
    const mail = { kind: 'link-mail', box: link.box, keys: here.keys(tablet) } as const
    here.publish(tablet, (await tablet.do('publish', mail)).publish)
    const prepared = await here.prepare(tablet)
    assert.deepEqual([prepared.state, prepared.wantsArchive], ['ready', true])
    const rows = [...ann.archive].map(([key, box]) => ({ key, box }))
    const learned = await tablet.result({ kind: 'learn', rows, isLast: true })
    assert.deepEqual(learned.learned, [room])
    assert.deepEqual(await tablet.reads([early]), ['early'])
  },

  'a group that was begun for a later gen stands after the one before it': async (maker) => {
    const [here, ann, bob] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    await here.welcome(bob)
    const second = await bob.do('operation', { kind: 'begin', room, gen: 2 })
    const third = await ann.do('operation', { kind: 'begin', room, gen: 3 })
    await ann.open([here.put(bob, second.op)])
    const { status } = await ann.result({
      ...{ kind: 'open', room, isHistoryShared: false },
      entries: [here.put(ann, third.op)],
    })
    assert.deepEqual([status?.state, status?.gen, status?.epoch], ['member', 3, 0])
  },

  'a recovery key lets in when no other device is there': async (maker) => {
    const [here, ann] = await meeting(maker)
    const { recoveryKey, publish } = await ann.do('recovery', {
      kind: 'recovery-key',
      keys: here.keys(ann),
    })
    here.publish(ann, publish)
    const tablet = await here.device('ann', 'ann-2')
    await here.prepare(tablet)
    const wrong = { kind: 'restore', recoveryKey: 'not this', keys: here.keys(tablet) } as const
    assert.equal((await tablet.result(wrong)).outcome.kind, 'failed')
    const right = { kind: 'restore', recoveryKey, keys: here.keys(tablet) } as const
    here.publish(tablet, (await tablet.do('publish', right)).publish)
    assert.equal((await here.prepare(tablet)).state, 'ready')
  },

  'who comes later reads from before when a member gives them the keys': async (maker) => {
    const [here, ann, bob] = await meeting(maker)
    const early = await here.seal(ann, 'early')
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    await here.welcome(bob)
    const { spans } = await ann.do('spans', { kind: 'spans', room })
    assert.deepEqual(spans, [{ gen: 1, from: 0, to: 1 }])
    const contents = spans.map((span) => ({ kind: 'keys', ...span }) as const)
    const sealed = await ann.do('sealed', { kind: 'seal', room, contents })
    const entry = { ...early, ...sealed, kind: 'sealed', index: 9, box: sealed.boxes[0] } as never
    assert.deepEqual(await bob.reads([entry, early]), ['keys', 'before-join'])
    assert.deepEqual(await bob.reads([entry, early], true), ['keys', 'early'])
  },

  'who was verified and comes with another identity is sealed for no more': async (maker) => {
    const [here, ann, bob] = await meeting(maker)
    await ann.open([here.put(ann, await here.change(ann, { add: [bob] }))])
    const keys = here.keys(ann, 'bob')
    const before = await ann.do('person', { kind: 'person', keys })
    assert.match(before.safetyNumber ?? '', /^(\d{5} ){11}\d{5}$/)
    await ann.do('person', { kind: 'verify', keys, as: 'verified' })
    const reset = { kind: 'reset-identity', keys: here.keys(bob) } as const
    here.publish(bob, (await bob.do('publish', reset)).publish)
    const changed = here.keys(ann, 'bob')
    assert.equal((await ann.do('person', { kind: 'person', keys: changed })).isChanged, true)
    const seal = { kind: 'seal', room, contents: [] } as const
    assert.deepEqual((await ann.do('blocked', seal)).users, ['bob'])
    await ann.do('person', { kind: 'verify', keys: changed, as: 'accept' })
    await ann.do('sealed', seal)
  },
}

export function cipherContract(name: string, maker: CipherMaker): void {
  for (const [title, act] of Object.entries(cases)) test(`${title} (${name})`, () => act(maker))
}
