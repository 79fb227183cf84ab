/**
 * Digests by which replicas and stores are compared: 64 bits in two lanes of 32, mixed word by word
 * (two UTF-16 units of a text, half of a number) by a step that loses nothing of the state, so
 * that a difference in any bit spreads to all. They find what went wrong by itself; they withstand
 * nobody who looks for equal digests.
 *
 * The fields of an object are summed, so their order does not matter, and those that are undefined
 * do not count. Everything else counts in its order.
 */
const seedA = 0x243f6a88
const seedB = 0x13198a2e

/** The first word of each value says of what kind it is; below are 29 bits for its own. */
const kinds = {
  text: 0,
  number: 1 << 29,
  list: 2 << 29,
  fields: 3 << 29,
  other: 4 << 29,
} as const

export class Digest {
  #a = seedA
  #b = seedB

  /** A whole number of 32 bits. */
  word(value: number): void {
    const a = Math.imul(this.#a ^ value, 0x9e3779b1)
    const b = Math.imul(this.#b ^ value, 0x85ebca77)
    this.#a = a ^ (a >>> 15) ^ b
    this.#b = b ^ (b >>> 13) ^ (a << 7)
  }

  /** A whole number; of others, the whole part. */
  number(value: number): void {
    this.word(kinds.number ^ ((value / 2 ** 32) & 0x1fffffff))
    this.word(value | 0)
  }

  text(text: string): void {
    const { length } = text
    this.word(kinds.text ^ length)
    let [a, b] = [this.#a, this.#b]
    for (let at = 0; at < length; at += 2) {
      const second = at + 1 < length ? text.charCodeAt(at + 1) : 0
      const word = text.charCodeAt(at) | (second << 16)
      // As `word` does, which would take twice as long here.
      const x = Math.imul(a ^ word, 0x9e3779b1)
      const y = Math.imul(b ^ word, 0x85ebca77)
      a = x ^ (x >>> 15) ^ y
      b = y ^ (y >>> 13) ^ (x << 7)
    }
    this.#a = a
    this.#b = b
  }

  /** Anything that JSON can say. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.text(value)
      case 'number':
        return this.number(value)
      case 'boolean':
        return this.word(kinds.other ^ (value ? 1 : 2))
      default:
        if (Array.isArray(value)) this.#items(value)
        else if (typeof value === 'object' && value !== null) this.#fields(value)
        else this.word(kinds.other)
    }
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    return hex(this.#a) + hex(this.#b)
  }

  #items(items: readonly unknown[]): void {
    this.word(kinds.list ^ items.length)
    for (const item of items) this.value(item)
  }

  #fields(fields: object): void {
    const [beforeA, beforeB] = [this.#a, this.#b]
    let sumA = 0
    let sumB = 0
    for (const name in fields) {
      const value = (fields as Record<string, unknown>)[name]
      if (value === undefined) continue
      this.#a = seedA
      this.#b = seedB
      this.text(name)
      this.value(value)
      sumA = (sumA + this.#a) | 0
      sumB = (sumB + this.#b) | 0
    }
    this.#a = beforeA
    this.#b = beforeB
    this.word(kinds.fields)
    this.word(sumA)
    this.word(sumB)
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
