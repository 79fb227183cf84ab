import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchPolicy } from './bench-policy.ts'
import { starling } from './contestants/starling.ts'
import { fanOut } from './fan-out.ts'
import { barChartOf, stageChartOf } from './pictures/charts.ts'
import { runScenario, type Scenario, showOutcome, spreadOfRuns } from './scenario.ts'
import { stageTimesOf } from './stages.ts'

test('[P3] everybody gets each message of a small fan-out once and in order', async () => {
  const shape = { rooms: 2, clients: 40, roomsPerClient: 1, postersPerRoom: 2, window: 4 }
  const short = { textBytes: 200, warmUpMs: 100, seconds: 1, stalled: 0 }
  const result = await fanOut(starling(), { ...shape, ...short })
  assert.ok(result.messages > 0)
  assert.ok(result.deliveries > result.messages * 10, `${result.deliveries} deliveries`)
  assert.ok(result.serverMs > 0)
  assert.ok(result.latency.p50 > 0)
})

test('the stages of a message are marked from the client to the last receiver', async () => {
  const crowd = { clients: 4, rooms: 2, window: 1, followEvery: 2, seconds: 1 }
  const policy = 'size-and-clients'
  const { marks, acksPerSecond } = await benchPolicy({ ...crowd, engine: 'sqlite', policy })
  assert.ok(acksPerSecond > 0)
  const stages = stageTimesOf(marks)
  for (const { what, count, meanMs } of stages) {
    assert.ok(count > 0, `${what} was never marked`)
    assert.ok(meanMs >= 0, `${what} took ${meanMs} ms`)
  }
  assert.match(stageChartOf('the way', stages), /^<svg .*viewBox/)
})

test('a table and a picture show the median of the runs and their spread', async () => {
  const figures = [3, 1, 2]
  const scenario: Scenario = {
    name: 'made-up',
    title: 'Made up & drawn',
    columns: [{ key: 'each', head: 'each', digits: 1 }],
    cases: () => [{ label: 'one', measure: async () => ({ each: figures.pop()! }) }],
  }
  const outcome = await runScenario(scenario, { seconds: 1, runs: 3 }, () => {})
  assert.deepEqual(spreadOfRuns(outcome.cases[0]!.runs, 'each'), {
    lowest: 1,
    median: 2,
    highest: 3,
  })
  assert.match(showOutcome(outcome), /\| one \| 2\.0 \(1\.0–3\.0\) \|/)
  const picture = barChartOf(outcome)
  assert.match(picture, /Made up &amp; drawn/)
  assert.match(picture, /prefers-color-scheme: dark/)
})
