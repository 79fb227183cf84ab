import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from './faults/faults.ts'
import { hash32 } from './random.ts'
import { simulate } from './simulate.ts'
import { workloads } from './workloads/workloads.ts'

const seeds = 150

test('[P1] [P2] [P3] [P4] [P5] [P6] [P7] [P8] [P10] the promises hold in any storm', () => {
  const struck = new Set<string>()
  const acted = new Set<string>()
  let acked = 0
  let opened = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const { broken, counts } = simulate(seed)
    assert.deepEqual(broken, undefined, `npm run sim -- --seed ${seed} --trace`)
    for (const name of counts.faults.keys()) struck.add(name)
    for (const name of counts.acts.keys()) acted.add(name)
    acked += counts.acked
    opened += counts.opened
  }
  assert.deepEqual(
    faults.map(({ name }) => name).filter((name) => !struck.has(name)),
    [],
  )
  assert.deepEqual(
    workloads.map(({ name }) => name).filter((name) => !acted.has(name)),
    [],
  )
  assert.ok(acked > seeds * 50, `only ${acked} sends were acknowledged`)
  assert.ok(opened > seeds * 20, `only ${opened} boxes were opened`)
})

test('one seed gives one run, to the last word', () => {
  const traced = (seed: number) => {
    let hash = 0
    let lines = 0
    simulate(seed, (line) => {
      hash = hash32(`${hash} ${line}`)
      lines++
    })
    return { hash, lines }
  }
  const first = traced(7)
  assert.ok(first.lines > 1_000)
  assert.deepEqual(traced(7), first)
  assert.notDeepEqual(traced(8), first)
})
