import { readFileSync } from 'node:fs'
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js'
import type { Bytes } from './bytes.ts'
import { decodeWhole } from './wire.ts'

/** All of one kind for suite 1. Every value is a number, a text in hex, or made of them. */
export function vectorsOf<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'))
}

export function fromHex(text: string): Bytes {
  const octets = text.match(/../g) ?? []
  return Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16))
}

export function decodeHex<T>(decode: Decoder<T>, text: string): T {
  return decodeWhole(decode, fromHex(text), 'a vector')
}
