/**
 * Chance from a seed (sfc32). `fork` makes an independent stream named by a label; it depends on
 * the seed and the label alone, not on how much was drawn before, so that one part of a simulation
 * that draws more does not change the luck of all others.
 */
import type { Chance } from '@starling/core/now'

export class Random {
  readonly #seed: number
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#seed = seed >>> 0
    this.#a = mix(this.#seed ^ 0x9e3779b9)
    this.#b = mix(this.#a ^ 0x85ebca6b)
    this.#c = mix(this.#b ^ 0xc2b2ae35)
    for (let i = 0; i < 12; i++) this.next()
  }

  /** In [0, 1). */
  next(): number {
    const t = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    return (this.#c >>> 0) / 4294967296
  }

  /** For the nodes, which take chance as a function. */
  get chance(): Chance {
    return () => this.next()
  }

  /** 0 … below-1. */
  below(below: number): number {
    return Math.floor(this.next() * below)
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** A fraction, `most` excluded. */
  fraction(least: number, most: number): number {
    return least + this.next() * (most - least)
  }

  isHit(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('cannot pick from an empty list')
    return list[this.below(list.length)] as T
  }

  pickMaybe<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.below(list.length)]
  }

  /** By weight; items of weight 0 are never picked. */
  weighted<T>(items: readonly (readonly [T, number])[]): T {
    let rest = this.next() * items.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [item, weight] of items) {
      rest -= weight
      if (rest < 0) return item
    }
    throw new Error('no item has a weight')
  }

  fork(label: string): Random {
    return new Random(mix(this.#seed ^ hash32(label)))
  }
}

/** FNV-1a. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}

function mix(x: number): number {
  let y = x >>> 0
  y = Math.imul(y ^ (y >>> 16), 0x7feb352d)
  y = Math.imul(y ^ (y >>> 15), 0x846ca68b)
  return (y ^ (y >>> 16)) >>> 0
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Stands in for SHA-256 in base64url: 43 characters that depend on the whole text. */
export function fakeSha256(text: string): string {
  let result = ''
  for (let part = 0; result.length < 43; part++) {
    let bits = mix(hash32(text) ^ Math.imul(part + 1, 0x9e3779b9) ^ hash32(`${part}${text}`))
    for (let i = 0; i < 5 && result.length < 43; i++) {
      result += alphabet[bits & 63]
      bits >>>= 6
    }
  }
  return result
}

/** Stands in for 256 random bits in base64url. */
export function fakeToken(random: Random): string {
  let token = ''
  for (let i = 0; i < 43; i++) token += alphabet[random.below(64)]
  return token
}
