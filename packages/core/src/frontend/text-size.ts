/** Sizes of texts, without an encoder. */

/** Is it longer than so many bytes of UTF-8? Read only where its length leaves a doubt. */
export function isOverBytes(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true
  if (text.length * 3 <= bytesMax) return false
  let bytes = 0
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    // Each half of a surrogate pair counts two of the pair's four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return bytes > bytesMax
}

export function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
