/**
 * What backends tell each other beside the log: news that nobody waits for. Each comes late or not
 * at all, in any order; none comes where the path is closed.
 */
import type { Random } from '../random.ts'
import type { World } from '../world.ts'
import type { Paths } from './path.ts'

/** Of all news, beside what the paths lose. */
const lossShare = 0.1
const lateMsMax = 400

export class LossyNews {
  readonly #world: World
  readonly #paths: Paths
  readonly #random: Random

  constructor(world: World, paths: Paths, random: Random) {
    this.#world = world
    this.#paths = paths
    this.#random = random
  }

  carry(ends: { from: string; to: string }, deliver: () => void): void {
    const isLost = this.#random.isHit(lossShare + this.#paths.conditions.lossShare)
    const lateMs = this.#random.fraction(0.1, lateMsMax)
    if (isLost || !this.#paths.between(ends.from, ends.to).isOpen) return
    this.#world.after(lateMs, deliver)
  }
}
