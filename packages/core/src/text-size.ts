/** Sizes of texts, without an encoder. */
import { type Limits, limits } from '@starling/protocol/limits'

/** Is it longer than so many bytes of UTF-8? Read only where its length leaves a doubt. */
export function isOverBytes(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true
  if (text.length * 3 <= bytesMax) return false
  return utf8Bytes(text) > bytesMax
}

export function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** A lone surrogate counts three, as its replacement does. */
function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // Both halves of a pair add one to their own length of one, which makes four.
    const isHalf = unit >= 0xd800 && unit < 0xe000
    bytes += unit < 0x800 || (isHalf && isPaired(text, i)) ? 1 : 2
  }
  return bytes
}

function isPaired(text: string, i: number): boolean {
  const unit = text.charCodeAt(i)
  const isLow = unit >= 0xdc00
  const other = text.charCodeAt(isLow ? i - 1 : i + 1)
  return isLow ? other >= 0xd800 && other < 0xdc00 : other >= 0xdc00 && other < 0xe000
}

/** Of a sealed box: a message in the worst case of its escapes, and what sealing adds. */
export function boxCharactersMax({ messageBytesMax }: Pick<Limits, 'messageBytesMax'>): number {
  return Math.ceil(((messageBytesMax * 2 + limits.sealedOverheadBytesMax) * 4) / 3)
}
