/**
 * A walk: one seed draws what the devices of some people do to one group, and after each step
 * everything that must hold is looked at. The library's published faults were all of a kind that no
 * test vector shows and that a walk meets within minutes.
 *
 * Every device's state goes through bytes between two steps. Devices stay away and follow later,
 * lose races, lose their state, and are killed with a commit of their own on its way.
 */
import assert from 'node:assert/strict'
import { areSame } from '../bytes.ts'
import { openContent, readContentHeader, sealContent } from '../content.ts'
import { Group, type OwnCommit } from '../group.ts'
import {
  createOwnGroup,
  type Invitation,
  joinByCommit,
  joinByWelcome,
  type OwnEntry,
} from '../joining.ts'
import { MlsError } from '../mls-error.ts'
import type { OwnDevice } from '../own-device.ts'
import { createHeldKey, heldSigner } from '../signing.ts'
import type { Dice } from './dice.ts'
import { createDevice, groupId, Held, keyPackageOf, room } from './members.ts'

const membersMax = 14

export interface WalkCounts {
  commits: number
  processed: number
  joins: number
  entries: number
  removed: number
  messages: number
  refusedTrees: number
}

/** A device with what it has stored. */
interface Walker {
  readonly own: OwnDevice
  stored: Uint8Array
  /** How many of the commits it has followed. */
  followed: number
}

/** A step that was drawn and could be done. */
type Step = () => Promise<void>

export class Walk {
  readonly counts: WalkCounts = {
    commits: 0,
    processed: 0,
    joins: 0,
    entries: 0,
    removed: 0,
    messages: 0,
    refusedTrees: 0,
  }
  readonly #dice: Dice
  readonly #held: Held
  readonly #members: Walker[]
  /** With the last state that each had. */
  readonly #out: Walker[] = []
  #devices = 1

  private constructor(dice: Dice, held: Held, first: Walker) {
    this.#dice = dice
    this.#held = held
    this.#members = [first]
  }

  static async begin(dice: Dice): Promise<Walk> {
    const own = await createDevice('device-0', { userId: 'user-0' })
    const group = await createOwnGroup(own, groupId)
    return new Walk(dice, await Held.of(group), { own, stored: group.encode(), followed: 0 })
  }

  async step(): Promise<void> {
    await this.#draw()()
    await this.#speak()
  }

  #draw(): Step {
    const few = this.#members.length < 3
    const many = this.#members.length >= membersMax
    const steps: readonly [weight: number, step: Step][] = [
      [many ? 0 : few ? 6 : 3, () => this.#change(this.#dice.upTo(3), 0)],
      [few ? 0 : 3, () => this.#change(0, this.#dice.upTo(2))],
      [few || many ? 0 : 2, () => this.#change(this.#dice.upTo(2), this.#dice.upTo(2))],
      [2, () => this.#change(0, 0)],
      [many ? 0 : 2, () => this.#enter()],
      [few ? 0 : 1, () => this.#comeBack()],
      [few ? 0 : 1, () => this.#race()],
      [few ? 0 : 1, () => this.#crash()],
    ]
    return this.#dice.weighted(steps)
  }

  async #change(adds: number, removes: number): Promise<void> {
    const by = this.#dice.pick(this.#members)
    await this.#followUp(by)
    const added = await Promise.all(Array.from({ length: adds }, () => this.#newDevice()))
    const others = this.#members.filter((member) => member !== by)
    const removed = this.#dice.some(others, removes)
    const packages = await Promise.all(added.map(keyPackageOf))
    const group = this.#load(by)
    const isTreeInWelcome = this.#dice.upTo(3) === 1
    const made = await group.commit({
      isTreeInWelcome,
      add: packages.map(({ bytes }) => bytes),
      remove: removed.map((member) => this.#leafOf(group, member.own)),
    })
    await this.#take(by, made)
    for (const member of removed) await this.#isOut(member)
    for (const [at, own] of added.entries()) {
      const invitation = {
        groupId,
        welcome: made.welcomes[at]!.bytes,
        tree: isTreeInWelcome ? undefined : this.#held.tree,
        keyPackage: packages[at]!,
      }
      if (at === 0 && !isTreeInWelcome) await this.#refusesTampered(own, invitation)
      const joined = await joinByWelcome(own, invitation)
      this.counts.joins += 1
      this.#members.push(this.#stored(own, joined))
    }
    await this.#agree()
  }

  async #refusesTampered(own: OwnDevice, invitation: Invitation): Promise<void> {
    const at = this.#dice.upTo(this.#held.tree.length) - 1
    const node = this.#held.tree[at]?.slice() ?? null
    if (node === null) return
    node[this.#dice.upTo(node.length) - 1]! ^= 1 << (this.#dice.upTo(8) - 1)
    const tree = this.#held.tree.map((kept, index) => (index === at ? node : kept))
    await assert.rejects(joinByWelcome(own, { ...invitation, tree }), MlsError)
    this.counts.refusedTrees += 1
  }

  /** Now and then a member's commit is first, and the device has to come in anew. */
  async #enter(): Promise<void> {
    const own = await this.#newDevice()
    if (this.#dice.upTo(3) === 1) await this.#comesTooLate(own)
    const entry = await joinByCommit(own, this.#held.door)
    this.#members.push(this.#stored(own, entry.group))
    this.#record(entry)
    this.#members.at(-1)!.followed = this.#held.commits.length
    this.counts.entries += 1
    await this.#agree()
  }

  async #comesTooLate(own: OwnDevice): Promise<void> {
    const entry = await joinByCommit(own, this.#held.door)
    const by = this.#dice.pick(this.#members)
    await this.#followUp(by)
    await this.#take(by, await this.#load(by).commit({}))
    const pending = Group.decode(own, entry.group.encode())
    assert.equal(pending.isMadeBy(this.#held.commits.at(-1)!), false)
    await assert.rejects(this.#load(by).process(entry.commit), { code: 'other-epoch' })
  }

  /** A device lost what it had stored, and takes its place again. */
  async #comeBack(): Promise<void> {
    const member = this.#dice.pick(this.#members)
    const former = { ...member }
    const entry = await joinByCommit(member.own, this.#held.door)
    this.#record(entry)
    Object.assign(member, this.#stored(member.own, entry.group))
    await this.#isOut(former)
    this.counts.entries += 1
    await this.#agree()
  }

  /** Two commit in one epoch; the first in the log wins, the other drops its own and follows. */
  async #race(): Promise<void> {
    const [winner, loser] = this.#dice.some(this.#members, 2)
    if (winner === undefined || loser === undefined) return
    await this.#followUp(winner)
    await this.#followUp(loser)
    const lost = await this.#load(loser).commit({})
    await this.#take(winner, await this.#load(winner).commit({}))
    assert.equal(lost.group.isMadeBy(this.#held.commits.at(-1)!), false)
    await this.#agree()
  }

  /** A device is killed with a commit on its way, which arrived or did not. */
  async #crash(): Promise<void> {
    const by = this.#dice.pick(this.#members)
    await this.#followUp(by)
    const made = await this.#load(by).commit({})
    const pending = made.group.encode()
    const hasArrived = this.#dice.upTo(2) === 1
    if (hasArrived) this.#record(made)
    else {
      const other = this.#dice.pick(this.#members.filter((member) => member !== by))
      await this.#followUp(other)
      await this.#take(other, await this.#load(other).commit({}))
    }
    const [next] = this.#held.commits.slice(by.followed)
    const again = Group.decode(by.own, pending)
    assert.equal(again.isMadeBy(next!), hasArrived)
    if (hasArrived) Object.assign(by, this.#stored(by.own, again))
    await this.#agree()
  }

  async #newDevice(): Promise<OwnDevice> {
    const id = this.#devices
    this.#devices += 1
    const held = id % 2 === 0 ? {} : { signer: await heldSigner(await createHeldKey()) }
    return createDevice(`device-${id}`, { userId: `user-${id % 5}`, ...held })
  }

  #load({ own, stored }: Walker): Group {
    return Group.decode(own, stored)
  }

  #stored(own: OwnDevice, group: Group): Walker {
    return { own, stored: group.encode(), followed: this.#held.commits.length }
  }

  #leafOf(group: Group, { device }: OwnDevice): number {
    const leaf = group.leaves.find((other) =>
      areSame(other.device.signatureKey, device.signatureKey),
    )
    assert.ok(leaf)
    return leaf.index
  }

  #record(made: OwnCommit | OwnEntry): void {
    this.#held.take(made)
    this.counts.commits += 1
    assert.deepEqual(made.group.tree(), this.#held.tree)
  }

  async #take(by: Walker, made: OwnCommit): Promise<void> {
    this.#record(made)
    Object.assign(by, this.#stored(by.own, made.group))
  }

  async #followUp(member: Walker): Promise<void> {
    for (const commit of this.#held.commits.slice(member.followed)) {
      const processed = await this.#load(member).process(commit)
      assert.equal(processed.kind, 'next')
      if (processed.kind === 'next') member.stored = processed.group.encode()
      member.followed += 1
      this.counts.processed += 1
    }
  }

  /** Up to the commit that removed it, and with the state from before. */
  async #isOut(member: Walker): Promise<void> {
    for (const commit of this.#held.commits.slice(member.followed, -1)) {
      const processed = await this.#load(member).process(commit)
      assert.equal(processed.kind, 'next')
      if (processed.kind === 'next') member.stored = processed.group.encode()
    }
    const last = await this.#load(member).process(this.#held.commits.at(-1)!)
    assert.equal(last.kind, 'removed')
    const at = this.#members.indexOf(member)
    if (at >= 0) this.#members.splice(at, 1)
    this.#out.push({ ...member })
    this.counts.removed += 1
  }

  /** Some stay away now and then; who does follow holds the same as all others. */
  async #agree(): Promise<void> {
    for (const member of this.#members) if (this.#dice.upTo(4) > 1) await this.#followUp(member)
    const groups = this.#members
      .filter(({ followed }) => followed === this.#held.commits.length)
      .map((member) => this.#load(member))
    for (const group of groups) {
      assert.equal(group.epoch, BigInt(this.#held.commits.length))
      assert.deepEqual(group.authenticator, groups[0]!.authenticator)
    }
    assert.deepEqual(groups.at(-1)?.tree() ?? this.#held.tree, this.#held.tree)
  }

  /** One member's message is read by all who are there, and by nobody who was removed. */
  async #speak(): Promise<void> {
    const by = this.#dice.pick(this.#members)
    await this.#followUp(by)
    const group = this.#load(by)
    const place = { gen: 1, epoch: group.epoch, leaf: group.ownLeaf }
    const key = await group.contentKey(room)
    const body = new TextEncoder().encode(`message ${this.counts.messages}`)
    const message = await sealContent({ ...place, room, key, signer: by.own.signer }, body)
    this.counts.messages += 1
    for (const member of this.#members) {
      if (member.followed < this.#held.commits.length) continue
      const opened = await this.#open(this.#load(member), message)
      assert.equal(opened.ok, true)
      if (opened.ok) assert.deepEqual(opened.body, body)
    }
    for (const { own, stored } of this.#dice.some(this.#out, 3)) {
      assert.equal((await this.#open(Group.decode(own, stored), message)).ok, false)
    }
  }

  async #open(group: Group, message: Uint8Array) {
    const header = readContentHeader(message)
    const sender = group.leaves.find(({ index }) => index === header?.leaf)
    const signatureKey = sender?.device.signatureKey ?? new Uint8Array()
    return openContent({ room, key: await group.contentKey(room), signatureKey }, message)
  }
}
