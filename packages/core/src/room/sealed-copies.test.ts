/**
 * One device's outbox in an encrypted room while keys change: every message is sealed again and
 * again, and any copy of any of them may come at any time, as often as it likes.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BenchDevice, GroupBench, sendOf } from './group-bench.test-fixture.ts'

const room = 'r1'
const outbox = 'o-1'

const anySteps = fc.array(
  fc.tuple(
    fc.constantFrom(
      ...(['write', 'write', 'seal again', 'seal again'] as const),
      ...(['deliver', 'deliver', 'deliver', 'come or go', 'update'] as const),
    ),
    fc.nat(1_000),
  ),
  { maxLength: 60, size: 'max' },
)

interface Copy {
  readonly number: number
  readonly box: string
  readonly op: ReturnType<GroupBench['seals']>
}

class Scene {
  readonly #bench = new GroupBench()
  readonly #ann: BenchDevice
  readonly #bob: BenchDevice
  readonly #copies: Copy[] = []
  /** By number, the index that each was acknowledged with. */
  readonly #acked = new Map<number, number>()
  #written = 0

  constructor() {
    this.#ann = this.#bench.person('ann')
    this.#bob = this.#bench.person('bob')
    this.#bench.securedRoom(room, this.#ann, this.#bob)
  }

  step([kind, at]: readonly [string, number]): void {
    if (kind === 'write') {
      this.#written += 1
      this.#seal(this.#written)
    } else if (kind === 'seal again' && this.#written > 0) this.#seal(1 + (at % this.#written))
    else if (kind === 'deliver' && this.#copies.length > 0) {
      this.#deliver(this.#copies[at % this.#copies.length]!)
    } else if (kind === 'update') this.#bench.commits(this.#ann, room, { update: true })
    else if (kind === 'come or go') this.#comeOrGo()
  }

  /** What is left goes out in turn, sealed with the present keys. */
  finish(): void {
    for (let number = 1; number <= this.#written; number += 1) {
      this.#deliver(this.#seal(number))
      assert.ok(this.#acked.has(number), `number ${number} stands in the end`)
    }
  }

  check(): void {
    const stood = this.#bench
      .entries(room)
      .flatMap((entry) => (entry.kind === 'sealed' && entry.outbox === outbox ? [entry] : []))
    assert.deepEqual(
      stood.map(({ number }) => number),
      Array.from({ length: stood.length }, (_, at) => at + 1),
      'each once, in the order of their numbers',
    )
    for (const { number, index, box } of stood) {
      assert.ok(this.#copies.some((copy) => copy.number === number && copy.box === box))
      assert.equal(this.#acked.get(number!), index)
    }
  }

  #seal(number: number): Copy {
    const op = this.#bench.seals(this.#ann, room, `message ${number}`)
    const copy = { number, op, box: op.box }
    this.#copies.push(copy)
    return copy
  }

  #deliver({ number, op }: Copy): void {
    const outcome = this.#bench.applyOne(sendOf(this.#ann, { room, outbox, number, op }))
    if (outcome.ok) {
      assert.equal(this.#acked.get(number) ?? outcome.index, outcome.index, 'the same as before')
      this.#acked.set(number, outcome.index)
    } else {
      assert.ok(!this.#acked.has(number), 'what stands is never refused')
      assert.ok(['stale-epoch', 'out-of-turn'].includes(outcome.code), outcome.code)
    }
  }

  #comeOrGo(): void {
    const isIn = this.#bench.store.member(room, this.#bob.user) !== undefined
    if (isIn) {
      this.#bench.does(this.#ann.user, room, { kind: 'kick', user: this.#bob.user })
      const { removals } = this.#bench.group(this.#ann, room)
      this.#bench.commits(this.#ann, room, { remove: removals })
    } else {
      this.#bench.letsIn(room, this.#ann, this.#bob.user)
      this.#bench.commits(this.#ann, room, { add: [this.#bob] })
    }
  }
}

test('[P2] [P4] [E13] whichever copies come, each message stands once and in its turn', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const scene = new Scene()
      for (const step of steps) {
        scene.step(step)
        scene.check()
      }
      scene.finish()
      scene.check()
    }),
    { numRuns: 40 },
  )
})
