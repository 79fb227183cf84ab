/**
 * Cryptography that keeps no secret from anybody who wants to know, and keeps the rules for those
 * who do not look: what was closed for a key is opened by whoever holds it and by nobody else, and
 * what was changed on its way is not opened at all. Keys are short texts; the public one follows
 * from the private one. The simulator has no use for more.
 */

import type { HpkeCiphertext } from '../../mls/commit.ts'
import { Digest } from '../../room/digest.ts'

const tagCharacters = 16

export function hashOf(...parts: readonly string[]): string {
  const digest = new Digest()
  for (const part of parts) digest.text(part)
  return digest.toString()
}

/** As many characters as one wants. */
export function longHashOf(characters: number, ...parts: readonly string[]): string {
  let text = ''
  while (text.length < characters) text += hashOf(String(text.length), ...parts)
  return text.slice(0, characters)
}

export function publicOf(privateKey: string): string {
  return longHashOf(32, 'public', privateKey)
}

/** Closes a text under a key that both ends hold. */
export function close(key: string, text: string): Uint8Array {
  const ascii = asciiOf(text)
  return bytesOf(hashOf('tag', key, ascii) + masked(key, ascii))
}

export function open(key: string, bytes: Uint8Array): string | undefined {
  const text = textOf(bytes)
  const ascii = masked(key, text.slice(tagCharacters))
  return text.slice(0, tagCharacters) === hashOf('tag', key, ascii) ? fromAscii(ascii) : undefined
}

/** Closes a text for whoever holds the private key to this public one. */
export function closeFor(publicKey: string, text: string): HpkeCiphertext {
  return { kemOutput: bytesOf(publicKey), ciphertext: close(publicKey, text) }
}

export function openOwn(privateKey: string, closed: HpkeCiphertext): string | undefined {
  const publicKey = publicOf(privateKey)
  if (textOf(closed.kemOutput) !== publicKey) return
  return open(publicKey, closed.ciphertext)
}

/** Texts of Latin-1 as bytes, one each. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}

export function textOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** Any text as JSON has it, with everything beyond ASCII written out. */
function asciiOf(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function fromAscii(ascii: string): string | undefined {
  const text: unknown = JSON.parse(ascii)
  return typeof text === 'string' ? text : undefined
}

/** Twice the same gives what it was. */
function masked(key: string, text: string): string {
  const mask = hashOf('mask', key)
  let result = ''
  for (let at = 0; at < text.length; at += 1) {
    const bits = mask.charCodeAt(at % mask.length) & 0x1f
    result += String.fromCharCode(text.charCodeAt(at) ^ bits)
  }
  return result
}
