import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chanceFrom } from './faults.ts'
import { drawMachineFault, nameOfFault } from './machine-faults.ts'

const namesDrawn = (can: Parameters<typeof drawMachineFault>[2]) => {
  const chance = chanceFrom(1)
  const roles = ['engine', 'backend', 'frontend'] as const
  return new Set(
    Array.from({ length: 3_000 }, (_, at) =>
      nameOfFault(drawMachineFault(chance, roles[at % roles.length]!, can)),
    ),
  )
}

test('machines of their own are cut off in every direction and have bad lines', () => {
  const names = namesDrawn({ canCut: true, badLines: 'tbf' })
  for (const name of ['kill', 'freeze', 'restart', 'lame-duck', 'bad line']) {
    assert.ok(names.has(name), name)
  }
  for (const direction of ['out', 'in', 'both']) {
    for (const from of ['', ' from engine', ' from frontend', ' from backend']) {
      assert.ok(names.has(`cut-${direction}${from}`), `${direction}${from}`)
    }
  }
})

test('on loopback there are faults of processes alone', () => {
  const names = namesDrawn({ canCut: false, badLines: 'none' })
  assert.deepEqual([...names].sort(), ['freeze', 'kill', 'lame-duck', 'restart'])
})

test('where the kernel cannot make lines bad they stay good', () => {
  const names = namesDrawn({ canCut: true, badLines: 'none' })
  assert.ok(names.has('cut-in'))
  assert.ok(!names.has('bad line'))
})
