import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { optionsOf } from './options.ts'
import { barChartOf } from './pictures/charts.ts'
import { Progress } from './progress.ts'
import { runScenario, type Scenario, spreadOfRuns } from './scenario.ts'
import { pricesOf as pricesOfSizes, saidOf } from './scenarios/capacity.ts'
import { pricesOf } from './scenarios/flat.ts'
import { putIntoDocument, tableOf } from './tables.ts'

function madeUp(): Scenario {
  const figures = [3, 1, 2]
  return {
    name: 'made-up',
    title: 'Made up & drawn',
    columns: [{ key: 'each', head: 'each', digits: 1 }],
    cases: () => [
      { label: 'one', measure: async () => ({ each: figures.pop()! }) },
      {
        label: 'away',
        missing: () => 'not installed',
        measure: () => Promise.reject(new Error('was measured')),
      },
    ],
    notes: ({ cases }) => [`${cases.length} cases`],
  }
}

test('tables and pictures show the median of the runs, their spread, who is missing', async () => {
  const said: string[] = []
  const steps = ['one', 'away', 'one', 'away', 'one', 'away'].map((label) => `made-up, ${label}`)
  let nowMs = 0
  const progress = new Progress(steps, { now: () => (nowMs += 10_000), say: (x) => said.push(x) })
  const outcome = await runScenario(madeUp(), { seconds: 1, runs: 3 }, progress)
  assert.deepEqual(spreadOfRuns(outcome.cases[0]!.runs, 'each'), {
    lowest: 1,
    median: 2,
    highest: 3,
  })
  const table = tableOf(outcome)
  assert.match(table, /\| one \| 2\.0 \(1\.0–3\.0\) \|/)
  assert.match(table, /\| away \| not measured: not installed \|\n\n2 cases$/)
  const picture = barChartOf(outcome)
  assert.match(picture, /Made up &amp; drawn/)
  assert.match(picture, /prefers-color-scheme: dark/)
  assert.deepEqual(said.slice(0, 3), [
    '[1 of 6, about 50 s left] made-up, one: each 2.0',
    '[2 of 6, about 40 s left] made-up, away: not installed',
    '[3 of 6, about 30 s left] made-up, one: each 1.0',
  ])
})

test('a document keeps its text and gets each table at its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'starling-tables-'))
  try {
    const file = join(folder, 'figures.md')
    writeFileSync(file, 'before\n\n<!-- bench sends -->\nold\n<!-- end -->\n\nafter\n')
    putIntoDocument(file, 'sends', '| new |')
    putIntoDocument(file, 'storm', '| other |')
    const place = (name: string, text: string) =>
      `<!-- bench ${name} -->\n\n${text}\n\n<!-- end -->`
    const sends = place('sends', '| new |')
    const storm = place('storm', '| other |')
    assert.equal(readFileSync(file, 'utf8'), `before\n\n${sends}\n\nafter\n\n${storm}\n`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a scenario is named with dashes or without; without a name all of the server’s run', () => {
  const named = (...args: string[]) => {
    const { scenarios, hasStages } = optionsOf(args)
    return [...scenarios.map(({ name }) => name), ...(hasStages ? ['stages'] : [])]
  }
  assert.deepEqual(named('--peers', '--stages'), ['peers', 'stages'])
  assert.deepEqual(named('peers', 'stages'), ['peers', 'stages'])
  assert.deepEqual(named('--web-client'), ['web-client'])
  const servers = ['sends', 'fan-out', 'flat', 'capacity', 'slow-readers', 'memory', 'storm']
  assert.deepEqual(named(), [...servers, 'peers', 'private', 'stages'])
  assert.throws(() => named('peer'), /there is no scenario peer/)
  assert.throws(() => named('--runs', '0'), /--runs is a number above 0/)
})

test('the price of a delivery is found beside that of its message', () => {
  const use = (messages: number, deliveries: number) => ({
    ...{ messages, deliveries },
    frontMs: messages * 0.1 + deliveries * 0.007,
  })
  const { deliveryMicroseconds, messageMicroseconds } = pricesOf(use(500, 50_000), use(400, 800))
  assert.ok(Math.abs(deliveryMicroseconds! - 7) < 1e-9)
  assert.ok(Math.abs(messageMicroseconds! - 100) < 1e-9)
})

test('the model of capacity says of a bigger cluster what its prices add up to', () => {
  const needed = (fronts: number, backs: number, [messages, writes]: [number, number]) => {
    const frontMs = messages * (0.1 + (fronts - 1) * 0.03) + writes * 0.007 + fronts * 4
    const backMs = messages * (0.2 + backs * 0.05 + (fronts - 1) * 0.02) + backs * 6
    return { messages, writes, frontMs, serverMs: frontMs + backMs, elapsedMs: 1_000 }
  }
  const prices = pricesOfSizes({
    calm: needed(1, 2, [0, 0]),
    one: needed(1, 2, [500, 1_000]),
    moreBackends: needed(1, 4, [500, 1_000]),
    moreFronts: needed(2, 2, [500, 1_000]),
    many: needed(1, 2, [50, 50_000]),
  })
  const bigger = needed(3, 4, [300, 9_000])
  const { frontsSaid, backsSaid } = saidOf(prices, { frontends: 3, backends: 4 }, bigger)
  assert.ok(Math.abs(frontsSaid! - bigger.frontMs / 10) < 1e-9)
  assert.ok(Math.abs(backsSaid! - (bigger.serverMs - bigger.frontMs) / 10) < 1e-9)
})
