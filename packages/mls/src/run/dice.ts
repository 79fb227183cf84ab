/** Chance from a seed (xorshift32): what it draws is the same on every machine. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x2545f491) >>> 0 || 1
  }

  /** 1 to `most`. */
  upTo(most: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state = (this.#state ^ (this.#state << 5)) >>> 0
    return 1 + (this.#state % most)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.upTo(from.length) - 1]!
  }

  /** So many different ones, or as many as there are. */
  some<T>(from: readonly T[], count: number): readonly T[] {
    const left = [...from]
    const taken: T[] = []
    while (taken.length < count && left.length > 0) {
      taken.push(...left.splice(this.upTo(left.length) - 1, 1))
    }
    return taken
  }

  weighted<T>(from: readonly (readonly [weight: number, what: T])[]): T {
    const sum = from.reduce((total, [weight]) => total + weight, 0)
    let left = this.upTo(sum)
    for (const [weight, what] of from) {
      left -= weight
      if (left <= 0) return what
    }
    return from[0]![1]
  }
}
