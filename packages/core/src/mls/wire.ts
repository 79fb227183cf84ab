/**
 * The presentation language of RFC 9420 (§2.1): integers in network order, and vectors whose length
 * goes before them in one, two or four bytes, always in the fewest that hold it.
 *
 * A reader never throws. What does not fit makes it fail, and a failed reader gives zeros and empty
 * vectors from then on; `readWhole` gives nothing unless everything fitted and no byte was left
 * over. So the functions that take a structure apart have no error paths of their own, and bytes
 * that were read are equal to those that writing the result gives.
 */
const noBytes = new Uint8Array(0)
/** Two bits of the first byte tell how long the length is. */
const vectorBytesMax = 0x3fff_ffff

export class WireReader {
  readonly #bytes: Uint8Array
  #at = 0
  #end: number
  #hasFailed = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** Everything fitted, and nothing is left. */
  get isComplete(): boolean {
    return !this.#hasFailed && this.#at === this.#end
  }

  fail(): void {
    this.#hasFailed = true
    this.#at = this.#end
  }

  u8(): number {
    return this.#unsigned(1)
  }

  u16(): number {
    return this.#unsigned(2)
  }

  u32(): number {
    return this.#unsigned(4)
  }

  u64(): bigint {
    const high = this.#unsigned(4)
    return (BigInt(high) << 32n) | BigInt(this.#unsigned(4))
  }

  /** opaque<V>, as a copy. */
  opaque(): Uint8Array {
    return this.raw(this.#length())
  }

  /** So many bytes as they are, as a copy. */
  raw(length: number): Uint8Array {
    const from = this.#at
    if (!this.#has(length)) return noBytes
    this.#at += length
    return this.#bytes.slice(from, this.#at)
  }

  /** T<V>: elements until the vector's bytes are used up. */
  vector<T>(take: (reader: WireReader) => T): readonly T[] {
    const length = this.#length()
    if (!this.#has(length)) return []
    const outerEnd = this.#end
    this.#end = this.#at + length
    const elements: T[] = []
    while (this.#at < this.#end && !this.#hasFailed) {
      const before = this.#at
      elements.push(take(this))
      if (this.#at === before) this.fail()
    }
    this.#end = outerEnd
    if (this.#hasFailed) this.fail()
    return this.#hasFailed ? [] : elements
  }

  optional<T>(take: (reader: WireReader) => T): T | undefined {
    const presence = this.u8()
    if (presence > 1) this.fail()
    return presence === 1 && !this.#hasFailed ? take(this) : undefined
  }

  #length(): number {
    const first = this.u8()
    const width = first >> 6
    const low = first & 0x3f
    if (width === 0) return low
    if (width === 3) this.fail()
    const length = width === 1 ? low * 0x100 + this.u8() : low * 0x100_0000 + this.#unsigned(3)
    if (length < (width === 1 ? 0x40 : 0x4000)) this.fail()
    return length
  }

  #unsigned(width: number): number {
    if (!this.#has(width)) return 0
    let value = 0
    for (let i = 0; i < width; i += 1) value = value * 0x100 + (this.#bytes[this.#at + i] ?? 0)
    this.#at += width
    return value
  }

  #has(length: number): boolean {
    if (this.#hasFailed) return false
    if (length <= this.#end - this.#at) return true
    this.fail()
    return false
  }
}

/** The whole of these bytes as one structure, or nothing. */
export function readWhole<T>(bytes: Uint8Array, take: (reader: WireReader) => T): T | undefined {
  const reader = new WireReader(bytes)
  const value = take(reader)
  return reader.isComplete ? value : undefined
}

export class WireWriter {
  readonly #parts: number[] = []

  u8(value: number): void {
    this.#parts.push(value & 0xff)
  }

  u16(value: number): void {
    this.#parts.push((value >> 8) & 0xff, value & 0xff)
  }

  u32(value: number): void {
    this.u16(Math.floor(value / 0x1_0000))
    this.u16(value % 0x1_0000)
  }

  u64(value: bigint): void {
    this.u32(Number((value >> 32n) & 0xffff_ffffn))
    this.u32(Number(value & 0xffff_ffffn))
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array | readonly number[]): void {
    for (const byte of bytes) this.#parts.push(byte)
  }

  opaque(bytes: Uint8Array): void {
    this.#length(bytes.length)
    this.raw(bytes)
  }

  vector<T>(elements: readonly T[], put: (writer: WireWriter, element: T) => void): void {
    const inner = new WireWriter()
    for (const element of elements) put(inner, element)
    this.#length(inner.#parts.length)
    this.raw(inner.#parts)
  }

  optional<T>(value: T | undefined, put: (writer: WireWriter, value: T) => void): void {
    this.u8(value === undefined ? 0 : 1)
    if (value !== undefined) put(this, value)
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#parts)
  }

  #length(length: number): void {
    if (length > vectorBytesMax) {
      throw new RangeError(`a vector of ${length} bytes, ${vectorBytesMax} are the limit`)
    }
    if (length < 0x40) this.u8(length)
    else if (length < 0x4000) this.u16(0x4000 + length)
    else this.u32(0x8000_0000 + length)
  }
}

export function writeWhole<T>(value: T, put: (writer: WireWriter, value: T) => void): Uint8Array {
  const writer = new WireWriter()
  put(writer, value)
  return writer.done()
}
