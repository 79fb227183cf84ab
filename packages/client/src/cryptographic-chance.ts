import type { Chance } from '@starling/core/now'

/** Numbers in [0, 1) that nobody can guess. */
export function cryptographicChance(): Chance {
  const drawn = new Uint32Array(64)
  let left = 0
  return () => {
    if (left === 0) {
      crypto.getRandomValues(drawn)
      left = drawn.length
    }
    left -= 1
    return drawn[left]! / 2 ** 32
  }
}
