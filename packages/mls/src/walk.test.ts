import { test } from 'node:test'
import { Dice } from './run/dice.ts'
import { Walk } from './run/walk.ts'

const seeds = [1, 2, 3, 4, 5, 6]
const steps = 25

for (const seed of seeds) {
  test(`[P10] whatever members do, all agree and only they read: seed ${seed}`, async () => {
    const walk = await Walk.begin(new Dice(seed))
    for (let step = 0; step < steps; step += 1) await walk.step()
  })
}
