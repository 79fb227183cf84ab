import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PositionedRecord } from '@starling/core/log/record'
import { AwakeClock } from './awake-clock.ts'
import { Following } from './following.ts'
import { natsTuning } from './nats-tuning.ts'
import { RecordCodec } from './record-codec.ts'
import type { StoredRecord } from './tail.ts'
import { recordOf } from './writer-and-reader.test-fixture.ts'

const codec = new RecordCodec()
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A follower on a log that is made up; time passes only when it is told to. */
class Scene {
  readonly clock = new AwakeClock(0)
  readonly handed: PositionedRecord[] = []
  readonly told: string[] = []
  /** Positions that the handle heard of from the follower. */
  readonly known: number[] = []
  readonly parts: number[] = []
  readonly fetches: { from: number; hear: (stored: StoredRecord) => void; ended: () => void }[] = []
  readonly asked: number[] = []
  lags = 0
  damage: string | undefined
  head: number
  /** What the leader has; absent: a hole. */
  readonly ofLeader = new Map<number, Uint8Array>()
  readonly following: Following
  #republish: (stored: StoredRecord) => void = () => {}
  #nowMs = 0

  constructor({ after = 0, head = 0, canAppend = true } = {}) {
    this.head = head
    this.following = new Following(
      {
        after,
        codec,
        clock: this.clock,
        head: () => this.head,
        onDamage: (why) => {
          this.damage = why
          this.following.damaged(why)
        },
        onLag: () => {
          this.lags += 1
        },
        onHandedOver: (position) => this.known.push(position),
        follower: {
          onRecords: (records) => {
            this.parts.push(records.length)
            this.handed.push(...records)
          },
          onReach: (can, why) => this.told.push(can ? 'in reach' : why),
          onDamage: (why) => this.told.push(`damaged: ${why}`),
        },
        tail: {
          listen: (ear) => {
            this.#republish = ear
            return () => undefined
          },
          fetch: (from, fetch) => {
            this.fetches.push({ from, ...fetch })
            return () => undefined
          },
        },
        questions: {
          recordAt: async (position) => {
            const isAfterEnd = position > this.head
            return this.ofLeader.get(position) ?? (isAfterEnd ? 'after-end' : 'hole')
          },
          bodyAt: async (position) => {
            this.asked.push(position)
            return this.ofLeader.get(position)
          },
        },
      },
      { canAppend, why: canAppend ? '' : 'cut off' },
    )
  }

  get ids(): readonly string[] {
    return this.handed.map(({ record }) => record.id)
  }

  republish(...positions: readonly number[]): void {
    for (const position of positions) this.#republish(stored(position))
  }

  /** Records of so many operations each. */
  republishLarge(ops: number, positions: readonly number[]): void {
    for (const position of positions) {
      const record = recordOf(`r${position}`)
      const body = codec.encode({ ...record, ops: Array(ops).fill(record.ops[0]) })
      this.#republish({ position, body })
    }
  }

  /** Answers the newest read with these records. */
  async answer(...positions: readonly number[]): Promise<void> {
    const fetch = this.fetches.at(-1)
    assert.ok(fetch)
    for (const position of positions) fetch.hear(stored(position))
    fetch.ended()
    await turn()
    await turn()
  }

  async pass(ms: number): Promise<void> {
    for (const end = this.#nowMs + ms; this.#nowMs < end; ) {
      this.#nowMs += natsTuning.tickMs
      this.clock.tick(this.#nowMs)
      this.following.tick()
      await turn()
    }
  }
}

function body(position: number): Uint8Array {
  return codec.encode(recordOf(`r${position}`))
}

function stored(position: number): StoredRecord {
  return { position, body: body(position) }
}

test('[L3] what comes out of order is handed over in order, and repeats are not', async () => {
  const scene = new Scene()
  scene.republish(1, 3, 1, 2, 2, 4)
  await turn()
  assert.deepEqual(scene.ids, ['r1', 'r2', 'r3', 'r4'])
  assert.deepEqual(scene.told, ['in reach'])
})

test('[L3] what was not republished is read: after a gap, and when it must be there', async () => {
  const scene = new Scene()
  scene.head = 3
  scene.republish(3)
  assert.deepEqual(
    scene.fetches.map(({ from }) => from),
    [1],
  )
  await scene.answer(1, 2, 3)
  assert.deepEqual(scene.ids, ['r1', 'r2', 'r3'])
  // Acknowledged here, but its republished copy got lost.
  scene.head = 4
  await scene.pass(natsTuning.lateMsMax + natsTuning.tickMs)
  assert.equal(scene.fetches.at(-1)?.from, 4)
  await scene.answer(4)
  assert.deepEqual(scene.ids, ['r1', 'r2', 'r3', 'r4'])
})

test('[L3] the leader is asked for what replicas lack, and only then', async () => {
  const scene = new Scene({ head: 2 })
  scene.ofLeader.set(1, body(1))
  await turn()
  for (let n = 0; n <= natsTuning.fruitlessFetchesMax; n += 1) {
    assert.deepEqual(scene.asked, [])
    await scene.answer()
    await scene.pass(natsTuning.lateMsMax + natsTuning.tickMs)
  }
  assert.deepEqual([scene.asked, scene.ids], [[1], ['r1']])
  await scene.answer(2)
  assert.deepEqual(scene.ids, ['r1', 'r2'])
  assert.equal(scene.damage, undefined)
})

test('[L3] a replica that goes on lagging holds nobody up, and another is looked for', async () => {
  const many = natsTuning.recordsOfLeaderMax
  const scene = new Scene({ head: many + 1 })
  for (let at = 1; at <= many; at += 1) scene.ofLeader.set(at, body(at))
  await turn()
  for (let n = 0; n < natsTuning.fruitlessFetchesMax; n += 1) {
    await scene.answer()
    await scene.pass(natsTuning.lateMsMax + natsTuning.tickMs)
  }
  const waitedMs = scene.clock.ms
  for (let at = 1; at <= many; at += 1) {
    assert.equal(scene.lags, 0)
    await scene.answer()
    assert.equal(scene.ids.length, at)
  }
  assert.deepEqual([scene.clock.ms, scene.lags], [waitedMs, 1])
  await scene.answer(many + 1)
  assert.equal(scene.ids.length, many + 1)
})

test('[L12] a record that the leader lacks while it has later ones is damage', async () => {
  const scene = new Scene({ head: 3 })
  await turn()
  await scene.answer(1)
  for (let n = 0; n <= natsTuning.fruitlessFetchesMax + 1; n += 1) {
    await scene.answer()
    await scene.pass(natsTuning.lateMsMax + natsTuning.tickMs)
  }
  const why = 'The log has no record 2, but later ones: it is damaged.'
  assert.equal(scene.damage, why)
  assert.deepEqual(scene.ids, ['r1'])
  assert.deepEqual(scene.told.slice(-2), [why, `damaged: ${why}`])
})

test('[L12] nothing is handed over from a record on that cannot be read', async () => {
  const scene = new Scene({ head: 3 })
  await turn()
  const fetch = scene.fetches[0]!
  fetch.hear(stored(1))
  fetch.hear({ position: 2, body: new TextEncoder().encode('no record') })
  fetch.hear(stored(3))
  fetch.ended()
  await scene.pass(100)
  assert.deepEqual(scene.ids, ['r1'])
  assert.equal(scene.damage, 'Record 2 of the log cannot be read.')
})

test('[L12] after a change of leader what was handed over is compared first', async () => {
  const scene = new Scene()
  scene.republish(1)
  await turn()
  scene.following.hold()
  scene.republish(2)
  await turn()
  assert.deepEqual(scene.ids, ['r1'])
  scene.ofLeader.set(1, body(1))
  assert.equal(await scene.following.compareWithLeader(), true)
  await turn()
  assert.deepEqual(scene.ids, ['r1'])
  scene.following.release()
  await turn()
  assert.deepEqual(scene.ids, ['r1', 'r2'])
  scene.following.hold()
  scene.republish(3)
  scene.ofLeader.set(2, body(7))
  await scene.following.compareWithLeader()
  await turn()
  assert.match(scene.damage ?? '', /^Position 2 of the log holds another record than before \(r7/)
  assert.deepEqual(scene.ids, ['r1', 'r2'])
})

test('[L12] what was taken before a change of leader is read again from the new one', async () => {
  const scene = new Scene({ after: 0, head: 2 })
  await turn()
  await scene.answer(1)
  assert.deepEqual(scene.ids, ['r1'])
  scene.republish(2)
  scene.following.hold()
  scene.ofLeader.set(1, body(1))
  assert.equal(await scene.following.compareWithLeader(), true)
  scene.following.release()
  await turn()
  scene.fetches.at(-1)!.hear({ position: 2, body: body(7) })
  await turn()
  assert.deepEqual(scene.ids, ['r1', 'r7'])
})

test('[L3] who has much to catch up hears how far it is, then that it is in reach', async () => {
  const scene = new Scene({ after: 250, head: 1_000 })
  await scene.pass(natsTuning.progressMs)
  assert.deepEqual(scene.told, ['catching up: 25 % (250 of 1,000 records)'])
  await scene.answer(251, 252)
  await scene.pass(natsTuning.progressMs - natsTuning.tickMs)
  assert.equal(scene.told.length, 1)
  await scene.pass(natsTuning.progressMs)
  assert.deepEqual(scene.told.slice(1), ['catching up: 25 % (252 of 1,000 records)'])
  await scene.answer(...Array.from({ length: 748 }, (_, at) => 253 + at))
  assert.deepEqual(scene.told.slice(2), ['in reach'])
})

test('[L3] what was missed while cut off comes before the log is in reach again', async () => {
  const scene = new Scene()
  await turn()
  scene.following.reached({ canAppend: false, why: 'cut off' })
  scene.head = 2
  scene.following.reached({ canAppend: true, why: '' })
  await scene.pass(natsTuning.progressMs)
  assert.deepEqual(scene.told, ['in reach', 'cut off', 'catching up: 0 % (0 of 2 records)'])
  await scene.answer(1, 2)
  assert.deepEqual(scene.told.slice(3), ['in reach'])
})

test('[P7] what waits for those before it is bounded, and read again when let go', async () => {
  const scene = new Scene()
  const many = natsTuning.aheadRecordsMax + 10
  scene.head = many
  scene.republish(...Array.from({ length: many - 1 }, (_, at) => at + 2))
  await scene.answer(1)
  assert.equal(scene.handed.length, 1)
  assert.equal(scene.fetches.at(-1)?.from, 2)
})

test('[L12] what was handed over is known to be in the log, though nobody else told', async () => {
  const scene = new Scene()
  scene.republish(1, 2, 3)
  await turn()
  assert.deepEqual(scene.known, [3])
})

test('no more is handed over in one turn than a turn can bear', async () => {
  const scene = new Scene()
  const ops = natsTuning.handOverOpsMax
  scene.republishLarge(ops / 2, [1, 2, 3])
  scene.republishLarge(2 * ops, [4])
  for (let turns = 0; turns < 5; turns += 1) await turn()
  assert.deepEqual(scene.parts, [2, 1, 1])
  assert.deepEqual(scene.ids, ['r1', 'r2', 'r3', 'r4'])
})
