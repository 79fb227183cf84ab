/**
 * The contract of `Log`, run by every implementation from a test file of its own:
 *
 *     logContract('MemoryLog', () => {
 *       const file = new MemoryLogFile()
 *       return { open: () => new MemoryLog(file) }
 *     })
 *
 * `make` gives a new, empty log; each `open` a further handle on it, as another process would have.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Log, LogError, type LogFollower } from './log.ts'
import type { LogRecord, Position, PositionedRecord } from './record.ts'

export interface MadeLog {
  open(): Log | Promise<Log>
  /** Called when all handles are closed. */
  remove?(): void | Promise<void>
}

const waitMsMax = 10_000

class Collector implements LogFollower {
  readonly records: PositionedRecord[] = []
  readonly reach: boolean[] = []
  readonly #waiting = new Set<() => void>()

  onRecords(records: readonly PositionedRecord[]): void {
    assert.ok(records.length > 0, 'onRecords is never called with nothing')
    this.records.push(...records)
    for (const check of this.#waiting) check()
  }

  onReach(canAppend: boolean): void {
    this.reach.push(canAppend)
    for (const check of this.#waiting) check()
  }

  get ids(): readonly string[] {
    return this.records.map(({ record }) => record.id)
  }

  async until(what: string, isReached: () => boolean): Promise<void> {
    if (isReached()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const fail = () => reject(new Error(`waited in vain for ${what}: ${this.ids.length} records`))
    const timer = setTimeout(fail, waitMsMax)
    const check = () => {
      if (isReached()) resolve()
    }
    this.#waiting.add(check)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(check)
    }
  }

  count(records: number): Promise<void> {
    return this.until(`${records} records`, () => this.records.length >= records)
  }
}

function record(id: string, name = 'Ann'): LogRecord {
  return { id, at: 1, ops: [{ kind: 'guest', user: `u-${id}`, name, device: `d-${id}` }] }
}

/** Opens handles and closes what is still open at the end. */
class Handles {
  readonly #made: MadeLog
  readonly #open = new Set<Log>()

  constructor(made: MadeLog) {
    this.#made = made
  }

  async open(): Promise<Log> {
    const log = await this.#made.open()
    this.#open.add(log)
    return log
  }

  async close(log: Log): Promise<void> {
    this.#open.delete(log)
    await log.close()
  }

  async end(): Promise<void> {
    for (const log of this.#open) await log.close()
    await this.#made.remove?.()
  }
}

type Rule = (title: string, check: (handles: Handles) => Promise<void>) => void

export function logContract(name: string, make: () => MadeLog | Promise<MadeLog>): void {
  const rule: Rule = (title, check) => {
    test(`${title} (${name})`, async () => {
      const handles = new Handles(await make())
      try {
        await check(handles)
      } finally {
        await handles.end()
      }
    })
  }
  appending(rule)
  repeating(rule)
  following(rule)
  sharing(rule)
  closing(rule)
}

function appending(rule: Rule): void {
  rule('[L1] an empty log has the head 0', async (handles) => {
    const log = await handles.open()
    assert.equal(await log.head(), 0)
  })
  rule('[L1] each append resolves with a greater position, which is the head', async (handles) => {
    const log = await handles.open()
    let last: Position = 0
    for (const id of ['a', 'b', 'c']) {
      const position = await log.append(record(id))
      assert.ok(position > last)
      assert.equal(await log.head(), position)
      last = position
    }
  })
  rule('[L1] what one handle begins to append stands in that order', async (handles) => {
    const log = await handles.open()
    const ids = Array.from({ length: 50 }, (_, i) => `r${i}`)
    const positions = await Promise.all(ids.map((id) => log.append(record(id))))
    assert.deepEqual(
      positions,
      [...positions].sort((a, b) => a - b),
    )
    assert.equal(new Set(positions).size, ids.length)
  })
  rule('[L1] a record is read back as it was appended', async (handles) => {
    const log = await handles.open()
    const whole: LogRecord = {
      id: 'whole',
      at: 1_700_000_000_123,
      ops: [
        {
          kind: 'room',
          room: 'r1',
          by: 'u1',
          outbox: 'o1',
          number: 1,
          op: { kind: 'post', text: `🙂 \u2028 "täxt"\n${'long '.repeat(50_000)}`, replyTo: 3 },
        },
        { kind: 'revoke', user: 'u1', devices: [] },
        { kind: 'read', user: 'u1', room: 'r1', upTo: 0 },
      ],
    }
    await log.append(whole)
    const collector = new Collector()
    log.follow(0, collector)
    await collector.count(1)
    assert.deepEqual(collector.records[0]?.record, whole)
  })
}

function repeating(rule: Rule): void {
  rule(
    '[L2] the same id again resolves with the first position and stands once',
    async (handles) => {
      const log = await handles.open()
      const first = await log.append(record('a'))
      const second = await log.append(record('b'))
      assert.equal(await log.append(record('a', 'Other')), first)
      assert.equal(await log.head(), second)
      const collector = new Collector()
      log.follow(0, collector)
      await collector.count(2)
      assert.deepEqual(collector.records, [
        { position: first, record: record('a') },
        { position: second, record: record('b') },
      ])
    },
  )
  rule('[L2] the same id at the same time from two handles stands once', async (handles) => {
    const [one, two] = [await handles.open(), await handles.open()]
    const [a, b] = await Promise.all([one.append(record('a')), two.append(record('a'))])
    assert.equal(a, b)
    assert.equal(await one.head(), a)
  })
}

function following(rule: Rule): void {
  rule('[L3] a follower is told that the log is within reach', async (handles) => {
    const log = await handles.open()
    const collector = new Collector()
    log.follow(0, collector)
    await collector.until('reach', () => collector.reach.includes(true))
    assert.equal(collector.reach.indexOf(true), collector.reach.length - 1)
  })
  rule(
    '[L3] a follower gets what is there, then what comes, once and in order',
    async (handles) => {
      const log = await handles.open()
      const positions: Position[] = []
      for (let i = 0; i < 10; i++) positions.push(await log.append(record(`r${i}`)))
      const collector = new Collector()
      log.follow(0, collector)
      for (let i = 10; i < 20; i++) positions.push(await log.append(record(`r${i}`)))
      await collector.count(20)
      const expected = positions.map((position, i) => ({ position, record: record(`r${i}`) }))
      assert.deepEqual(collector.records, expected)
    },
  )
  rule('[L3] a follower gets nothing up to the position it has', async (handles) => {
    const log = await handles.open()
    await log.append(record('a'))
    const second = await log.append(record('b'))
    await log.append(record('c'))
    const later = new Collector()
    log.follow(second, later)
    const latest = new Collector()
    log.follow(await log.head(), latest)
    await log.append(record('d'))
    await Promise.all([later.count(2), latest.count(1)])
    assert.deepEqual([later.ids, latest.ids], [['c', 'd'], ['d']])
  })
  rule('[L3] a follower that stopped hears nothing more', async (handles) => {
    const log = await handles.open()
    const [stopped, going] = [new Collector(), new Collector()]
    const stop = log.follow(0, stopped)
    log.follow(0, going)
    await log.append(record('a'))
    await Promise.all([stopped.count(1), going.count(1)])
    stop()
    stop()
    await log.append(record('b'))
    await going.count(2)
    await log.append(record('c'))
    await going.count(3)
    assert.deepEqual(stopped.ids, ['a'])
  })
  rule('[L3] a follower may stop while it is handed records', async (handles) => {
    const log = await handles.open()
    const [short, going] = [new Collector(), new Collector()]
    const stop = log.follow(0, {
      onRecords: (records) => {
        stop()
        short.onRecords(records)
      },
      onReach: () => undefined,
    })
    log.follow(0, going)
    await log.append(record('a'))
    await Promise.all([short.count(1), going.count(1)])
    await log.append(record('b'))
    await going.count(2)
    await log.append(record('c'))
    await going.count(3)
    assert.deepEqual(short.ids, ['a'])
  })
}

function sharing(rule: Rule): void {
  rule('[L4] appends of one handle reach the followers of another', async (handles) => {
    const [one, two] = [await handles.open(), await handles.open()]
    const collector = new Collector()
    two.follow(0, collector)
    const positions = [await one.append(record('a')), await one.append(record('b'))]
    await collector.count(2)
    assert.deepEqual(
      collector.records.map((seen) => seen.position),
      positions,
    )
    assert.equal(await two.head(), positions[1])
  })
  rule('[L4] all followers of all handles see one order without a hole', async (handles) => {
    const logs = [await handles.open(), await handles.open(), await handles.open()]
    const collectors = logs.map(() => new Collector())
    const each = 40
    logs.forEach((log, i) => {
      log.follow(0, collectors[i]!)
    })
    const appends = logs.flatMap((log, l) =>
      Array.from({ length: each }, async (_, i) => {
        const id = `${l}-${i}`
        return { id, position: await log.append(record(id)) }
      }),
    )
    const appended = (await Promise.all(appends)).sort((a, b) => a.position - b.position)
    await Promise.all(collectors.map((collector) => collector.count(logs.length * each)))
    for (const collector of collectors) {
      const seen = collector.records.map((one) => ({
        id: one.record.id,
        position: one.position,
      }))
      assert.deepEqual(seen, appended)
    }
  })
  rule('[P1] what was appended is there after all handles were closed', async (handles) => {
    const before = await handles.open()
    const positions = [await before.append(record('a')), await before.append(record('b'))]
    await handles.close(before)
    const after = await handles.open()
    assert.equal(await after.head(), positions[1])
    assert.equal(await after.append(record('a')), positions[0])
    const collector = new Collector()
    after.follow(0, collector)
    positions.push(await after.append(record('c')))
    await collector.count(3)
    assert.deepEqual(
      collector.records.map((seen) => seen.position),
      positions,
    )
  })
}

function closing(rule: Rule): void {
  const isClosed = (error: unknown) =>
    error instanceof LogError && error.code === 'closed' && error.landed === 'no'

  rule('[L5] a closed handle refuses with a LogError', async (handles) => {
    const log = await handles.open()
    await handles.close(log)
    await assert.rejects(() => log.append(record('a')), isClosed)
    await assert.rejects(() => log.head(), isClosed)
    assert.throws(() => log.follow(0, new Collector()), isClosed)
    await log.close()
  })
  rule('[L5] closing one handle stops its followers and leaves the others', async (handles) => {
    const [one, two] = [await handles.open(), await handles.open()]
    const [ended, going] = [new Collector(), new Collector()]
    one.follow(0, ended)
    two.follow(0, going)
    await two.append(record('a'))
    await Promise.all([ended.count(1), going.count(1)])
    await handles.close(one)
    await two.append(record('b'))
    await going.count(2)
    assert.deepEqual(ended.ids, ['a'])
  })
}
