/** What a text must be before it may stand in a room. Total: whatever comes in is judged. */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'

/** Length in UTF-8. A lone surrogate counts three, as its replacement does. */
export function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // both halves of a pair add one to their own length of one, which makes four
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

/** Why a message may not say this; undefined when it may. The text is kept as it is. */
export function messageFault(text: string, limits: Limits): ErrorCode | undefined {
  if (utf8Bytes(text) > limits.messageBytesMax) return 'message-too-large'
  if (!isStorable(text)) return 'invalid'
  if (!/[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(text)) return 'message-empty'
  return undefined
}

/** Text that every store and wire keeps as it is: no lone surrogates, no NUL. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** One line without control characters, of at most `charactersMax` code points. */
export function isLine(text: string, charactersMax: number): boolean {
  return (
    text.length <= charactersMax * 2 &&
    [...text].length <= charactersMax &&
    isStorable(text) &&
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
  )
}

export function isReaction(emoji: string, limits: Limits): boolean {
  return (
    utf8Bytes(emoji) <= limits.reactionBytesMax &&
    isStorable(emoji) &&
    /^[^\s\p{Cc}]+$/u.test(emoji) &&
    /[^\p{Default_Ignorable_Code_Point}]/u.test(emoji)
  )
}

export function isId(value: unknown, limits: Limits): value is string {
  return (
    typeof value === 'string' &&
    value.length <= limits.idCharactersMax &&
    /^[A-Za-z0-9_:.-]+$/.test(value)
  )
}

/** A person's id has no `:`, and two of them fit into the id of a direct conversation. */
export function isUserId(value: unknown, limits: Limits): value is string {
  return (
    isId(value, limits) && !value.includes(':') && value.length * 2 + 3 <= limits.idCharactersMax
  )
}
