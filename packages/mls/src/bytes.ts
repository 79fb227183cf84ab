/**
 * Bytes written and read in order: numbers are big-endian, and whatever has no fixed length has it
 * in front, in four bytes. A reader gives up with `malformed` at the first byte that is missing
 * and, asked to `end`, at the first too many.
 */
import { MlsError } from './mls-error.ts'

export type Bytes = Uint8Array<ArrayBuffer>

export class ByteWriter {
  readonly #parts: Uint8Array[] = []

  number(value: number, bytes: 1 | 2 | 4): this {
    const part = new Uint8Array(bytes)
    for (let at = 0; at < bytes; at += 1) part[at] = (value >>> (8 * (bytes - 1 - at))) & 0xff
    return this.raw(part)
  }

  big(value: bigint): this {
    const part = new Uint8Array(8)
    new DataView(part.buffer).setBigUint64(0, value)
    return this.raw(part)
  }

  raw(part: Uint8Array): this {
    this.#parts.push(part)
    return this
  }

  sized(part: Uint8Array): this {
    return this.number(part.length, 4).raw(part)
  }

  text(part: string): this {
    return this.sized(new TextEncoder().encode(part))
  }

  done(): Bytes {
    return joined(this.#parts)
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  number(bytes: 1 | 2 | 4): number {
    return this.raw(bytes).reduce((value, byte) => value * 256 + byte, 0)
  }

  big(): bigint {
    const part = this.raw(8)
    return new DataView(part.buffer).getBigUint64(0)
  }

  /** A copy, so that nothing keeps the whole alive. */
  raw(length: number): Bytes {
    const end = this.#at + length
    if (end > this.#bytes.length) {
      throw new MlsError('malformed', `${length} bytes are missing at ${this.#at}`)
    }
    const part = this.#bytes.slice(this.#at, end)
    this.#at = end
    return part as Bytes
  }

  sized(): Bytes {
    return this.raw(this.number(4))
  }

  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.sized())
    } catch (error) {
      if (error instanceof MlsError) throw error
      throw new MlsError('malformed', 'a text is not UTF-8', error)
    }
  }

  rest(): Bytes {
    return this.raw(this.#bytes.length - this.#at)
  }

  end(): void {
    const left = this.#bytes.length - this.#at
    if (left > 0) throw new MlsError('malformed', `${left} bytes stand after the end`)
  }
}

export function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function areSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}

/** To be compared and to be keys of a map. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count))
}

export function plain(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes)
}
