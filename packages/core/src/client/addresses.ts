/**
 * The front-ends that a client may try: those it was given, then those it was told of. Each attempt
 * takes the next one. A front-end that was reached encrypted cannot name one that is not.
 */
const addressesMax = 32

export class Addresses {
  readonly #all: string[]
  readonly #isSecureOnly: boolean
  #at = -1

  constructor(given: readonly string[]) {
    if (given.length === 0) throw new Error('a client needs the address of a front-end')
    this.#all = [...new Set(given)].slice(0, addressesMax)
    this.#isSecureOnly = this.#all.every(isSecure)
  }

  get count(): number {
    return this.#all.length
  }

  get current(): string {
    return this.#all[Math.max(this.#at, 0)]!
  }

  next(): string {
    this.#at = (this.#at + 1) % this.#all.length
    return this.current
  }

  /** Makes `next` return one of these, if one may be tried; a drawn number in [0, 1) says which. */
  prefer(addresses: readonly string[], drawn: number): void {
    this.learn(addresses)
    const others = addresses.filter((a) => a !== this.current && this.#all.includes(a))
    const chosen = others[Math.floor(drawn * others.length)]
    if (chosen !== undefined) this.#at = this.#all.indexOf(chosen) - 1
  }

  learn(addresses: readonly string[]): void {
    for (const address of addresses) {
      if (this.#all.length >= addressesMax) return
      if (!/^wss?:\/\//.test(address) || this.#all.includes(address)) continue
      if (this.#isSecureOnly && !isSecure(address)) continue
      this.#all.push(address)
    }
  }
}

function isSecure(address: string): boolean {
  return address.startsWith('wss:')
}
