import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { PositionedRecord } from '@starling/core/log/record'
import { type LogProcess, startLogProcesses } from './log-process-handle.test-fixture.ts'
import { scratchDirectory } from './scratch-directory.test-fixture.ts'
import { SqliteLog } from './sqlite-log.ts'

async function wholeLog(directory: string): Promise<readonly (readonly [number, string])[]> {
  const log = await SqliteLog.open({ directory, name: 'reader' })
  const head = await log.head()
  const records = await new Promise<readonly PositionedRecord[]>((resolve) => {
    const found: PositionedRecord[] = []
    if (head === 0) resolve(found)
    log.follow(0, {
      onRecords: (some) => {
        found.push(...some)
        if (found.at(-1)?.position === head) resolve(found)
      },
      onReach: () => undefined,
    })
  })
  await log.close()
  return records.map(({ position, record }) => [position, record.id])
}

for (const processes of [2, 4]) {
  const title = `[P3] ${processes} processes that append at once make one dense order for all`
  test(title, async (context) => {
    const directory = scratchDirectory(context)
    const starts = Array.from({ length: processes }, (_, n) => ({ directory, name: `p${n}` }))
    const each = 200
    const all = await startLogProcesses(context, starts)
    const startedMs = performance.now()
    for (const one of all) one.order({ kind: 'append', count: each, atOnce: 4 })
    const isDone = (one: LogProcess) =>
      one.appended.size === each && one.saw.length >= each * processes
    await Promise.all(all.map((one) => one.until('all records', () => isDone(one))))
    context.diagnostic(
      `${each * processes} appends in ${Math.round(performance.now() - startedMs)} ms`,
    )
    const log = await wholeLog(directory)
    assert.deepEqual(
      log.map(([position]) => position),
      Array.from({ length: each * processes }, (_, n) => n + 1),
    )
    const positions = new Map(log.map(([position, id]) => [id, position]))
    assert.equal(positions.size, each * processes)
    for (const one of all) {
      assert.deepEqual(one.saw, log)
      for (const [id, position] of one.appended) assert.equal(positions.get(id), position)
    }
  })
}

test('[P1] a writer killed under load loses nothing acknowledged', async (context) => {
  const directory = scratchDirectory(context)
  const [doomed, other] = await startTwo(context, directory)
  doomed.order({ kind: 'append', count: 100_000, atOnce: 8 })
  other.order({ kind: 'append', count: 100_000, atOnce: 8 })
  await doomed.until('some appends', () => doomed.appended.size > 300)
  doomed.kill('SIGKILL')
  await doomed.ended()
  const afterwards = other.appended.size + 100
  await other.until('the other to go on', () => other.appended.size > afterwards)
  other.kill('SIGKILL')
  await other.ended()
  const positions = new Map((await wholeLog(directory)).map(([position, id]) => [id, position]))
  for (const one of [doomed, other]) {
    for (const [id, position] of one.appended) assert.equal(positions.get(id), position)
    for (const [position, id] of one.saw) assert.equal(positions.get(id), position)
  }
})

test('[P9] the others go on soon when a process freezes with the write lock', async (context) => {
  const directory = scratchDirectory(context)
  const [frozen] = await startLogProcesses(context, [{ directory, name: 'frozen' }])
  assert.ok(frozen)
  const fenced: [string, number][] = []
  const log = await SqliteLog.open({
    directory,
    name: 'other',
    onFenced: (name, pid) => fenced.push([name, pid]),
  })
  context.after(() => log.close())
  frozen.order({ kind: 'hold' })
  await frozen.until('the lock', () => frozen.isHolding)
  frozen.kill('SIGSTOP')
  const startedMs = performance.now()
  assert.equal(await log.append({ id: 'a', at: 1, ops: [] }), 1)
  context.diagnostic(`went on after ${Math.round(performance.now() - startedMs)} ms`)
  await frozen.ended()
  assert.equal(frozen.endedBy, 'SIGKILL')
  assert.deepEqual(fenced, [['frozen', frozen.pid]])
})

test('[P9] a follower in another process learns of a record quickly', async (context) => {
  const directory = scratchDirectory(context)
  const [follower] = await startLogProcesses(context, [{ directory, name: 'follower' }])
  assert.ok(follower)
  const log = await SqliteLog.open({ directory, name: 'writer' })
  context.after(() => log.close())
  const delays: number[] = []
  for (let n = 1; n <= 200; n += 1) {
    await log.append({ id: `r${n}`, at: 1, ops: [] })
    const appendedMs = performance.now()
    await follower.until(`record ${n}`, () => follower.saw.length >= n)
    delays.push(performance.now() - appendedMs)
  }
  delays.sort((a, b) => a - b)
  const [median = 0, late = 0] = [delays[100], delays[198]]
  context.diagnostic(`seen after ${median.toFixed(2)} ms (p50), ${late.toFixed(2)} ms (p99)`)
  assert.ok(median < 100, 'followers are woken, not left to their poll')
})

async function startTwo(context: TestContext, directory: string) {
  const [one, two] = await startLogProcesses(context, [
    { directory, name: 'one' },
    { directory, name: 'two' },
  ])
  assert.ok(one && two)
  return [one, two] as const
}
