/** What a text must be before it may stand in a room. Total: whatever comes in is judged. */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import { isOverBytes } from '../text-size.ts'

/** Why a message may not say this; undefined when it may. The text is kept as it is. */
export function messageFault(text: string, limits: Limits): ErrorCode | undefined {
  if (isOverBytes(text, limits.messageBytesMax)) return 'message-too-large'
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
    !isOverBytes(emoji, limits.reactionBytesMax) &&
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
