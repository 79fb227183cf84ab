/**
 * People and devices of an encrypted room come and go in any order, boxes sealed long ago arrive
 * late, and all the while it is written down which devices have a leaf when something is said.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '@starling/protocol/operation'
import fc from 'fast-check'
import { type BenchDevice, GroupBench } from './group-bench.test-fixture.ts'

const room = 'r1'
const kinds = [
  ...(['say', 'seal', 'seal', 'seal', 'late', 'late', 'late'] as const),
  ...(['let in', 'join', 'add', 'kick', 'kick', 'leave', 'update', 'begin anew'] as const),
]
const anySteps = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(4), fc.nat(4)), {
  maxLength: 40,
  size: 'max',
})

interface Said {
  readonly text: string
  /** Devices that had a leaf at its index, and did not have to go. */
  readonly readers: ReadonlySet<string>
}

class Walk {
  readonly #bench = new GroupBench()
  readonly #devices: readonly BenchDevice[]
  readonly #said: Said[] = []
  readonly #kept: { by: BenchDevice; text: string; op: Operation }[] = []
  #count = 0

  constructor() {
    const people = ['ann', 'bob', 'cyd', 'dan'].map((name) => this.#bench.person(name))
    const phone = this.#bench.secondDevice(people[1]!, 'd-phone')
    this.#bench.link(phone, people[1]!)
    this.#devices = [...people, phone]
    this.#bench.securedRoom(room, people[0]!, ...this.#devices.slice(1))
  }

  step([kind, at, other]: readonly [(typeof kinds)[number], number, number]): void {
    const [one, two] = [this.#devices[at]!, this.#devices[other]!]
    const owner = this.#devices[0]!
    switch (kind) {
      case 'say':
      case 'seal':
        if (this.#readies(one)) this.#seal(one, kind === 'say')
        return
      case 'late':
        return this.#late(at + other)
      case 'let in':
        if (!this.#isIn(one)) this.#bench.letsIn(room, owner, one.user)
        return
      case 'join':
        if (this.#isIn(one)) this.#join(one)
        return
      case 'add':
        if (this.#isIn(two) && !this.#hasLeaf(two) && this.#readies(one)) this.#add(one, two)
        return
      case 'kick':
        if (this.#isIn(one) && one.user !== owner.user) {
          this.#bench.does(owner.user, room, { kind: 'kick', user: one.user })
        }
        return
      case 'leave':
        if (this.#isIn(one) && one.user !== owner.user) {
          this.#bench.does(one.user, room, { kind: 'leave' })
        }
        return
      case 'update':
        if (this.#readies(one)) this.#bench.commits(one, room, { update: true })
        return
      case 'begin anew':
        this.#bench.begins(owner, room, this.#bench.group(owner, room).gen + 1)
    }
  }

  check(): void {
    for (const device of this.#devices) {
      const read = this.#bench.opens(device, room)
      assert.equal(read.length, this.#said.length)
      this.#said.forEach(({ text, readers }, at) => {
        const isReader = readers.has(device.device)
        assert.equal(read[at] === text, isReader, `${device.device} and "${text}": ${read[at]}`)
      })
    }
  }

  #isIn({ user }: BenchDevice): boolean {
    return this.#bench.store.member(room, user) !== undefined
  }

  #hasLeaf({ device }: BenchDevice): boolean {
    return this.#bench.store.groups.leafOf(room, device) !== undefined
  }

  /** Brings the device up to date; it removes who has to go. False: it has no keys of the room. */
  #readies(device: BenchDevice): boolean {
    if (!this.#isIn(device) || !this.#hasLeaf(device)) return false
    const { removals, leaves } = this.#bench.group(device, room)
    const own = leaves.find((leaf) => leaf.device === device.device)!
    if (removals.includes(own.leaf)) return false
    this.#bench.opens(device, room)
    if (removals.length > 0) this.#bench.commits(device, room, { remove: removals })
    return true
  }

  #seal(by: BenchDevice, isSent: boolean): void {
    this.#count += 1
    const text = `message ${this.#count}`
    const op = this.#bench.seals(by, room, text)
    if (!isSent) return void this.#kept.push({ by, text, op })
    const readers = this.#readers()
    this.#bench.accepted(this.#bench.sendFrom(by, room, op))
    this.#said.push({ text, readers })
  }

  /** Something sealed before comes now, and stands or not. */
  #late(at: number): void {
    const [kept] = this.#kept.splice(at % Math.max(1, this.#kept.length), 1)
    if (kept === undefined) return
    const readers = this.#readers()
    if (this.#bench.sendFrom(kept.by, room, kept.op).ok) {
      this.#said.push({ text: kept.text, readers })
    }
  }

  /** Like a client, it takes the last keys of a group before it is left for a new one. */
  #join(device: BenchDevice): void {
    this.#bench.opens(device, room)
    this.#bench.joinsByItself(device, room)
  }

  #add(by: BenchDevice, device: BenchDevice): void {
    this.#bench.commits(by, room, { add: [device] })
    this.#bench.opens(device, room)
    this.#bench.welcomed(device, room)
  }

  /** Who has to go is none, although the keys are still there. */
  #readers(): ReadonlySet<string> {
    const { groups } = this.#bench.store
    const removals = groups.group(room)?.removals ?? []
    const staying = groups.leaves(room).filter(({ leaf }) => !removals.includes(leaf))
    return new Set(staying.map(({ device }) => device))
  }
}

test('[E12] a device reads what is said while it has a leaf, and nothing else', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const walk = new Walk()
      for (const step of steps) walk.step(step)
      walk.check()
    }),
    { numRuns: 60 },
  )
})
