import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from './random.ts'
import { Trace } from './trace.ts'
import { World } from './world.ts'

test('acts come by their moment, those of one moment in the order of planning', () => {
  const world = new World(new Trace())
  const seen: string[] = []
  world.at(20, () => seen.push('late'))
  world.at(10, () => seen.push('first'))
  world.at(10, () => {
    seen.push('second')
    world.after(0, () => seen.push('fourth'))
  })
  world.at(10, () => seen.push('third'))
  const cancel = world.at(15, () => seen.push('never'))
  cancel()
  world.runUntil(19)
  assert.deepEqual(seen, ['first', 'second', 'third', 'fourth'])
  assert.equal(world.nowMs, 19)
  world.runFor(1)
  assert.deepEqual(seen.at(-1), 'late')
  assert.equal(world.step(), false)
})

test('the queue keeps its order whatever is planned and cancelled meanwhile', () => {
  const random = new Random(3)
  const world = new World(new Trace())
  let last = -1
  let performed = 0
  const plan = () => {
    world.after(random.below(50), () => {
      assert.ok(world.nowMs >= last)
      last = world.nowMs
      performed++
      if (performed < 5_000) for (let i = random.below(3); i > 0; i--) plan()
    })
  }
  for (let i = 0; i < 500; i++) plan()
  while (world.step());
  assert.ok(performed > 500)
})

test('a fork of chance depends on its label alone', () => {
  const drawn = new Random(1)
  for (let i = 0; i < 10; i++) drawn.next()
  const draw = (random: Random) => Array.from({ length: 5 }, () => random.next())
  assert.deepEqual(draw(drawn.fork('a')), draw(new Random(1).fork('a')))
  assert.notDeepEqual(draw(drawn.fork('a')), draw(drawn.fork('b')))
  assert.notDeepEqual(draw(drawn.fork('a')), draw(new Random(2).fork('a')))
})
