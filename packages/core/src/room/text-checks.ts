/** What a text must be before it may stand in a room. Total: whatever comes in is judged. */
import type { ErrorCode } from '@starling/protocol/error-codes'
import { limits } from '@starling/protocol/limits'
import { isOverBytes } from '../text-size.ts'
import type { AppliedLimits } from './settings.ts'

/** Why a message may not say this; undefined when it may. The text is kept as it is. */
export function messageFault(text: string, applied: AppliedLimits): ErrorCode | undefined {
  if (isOverBytes(text, applied.messageBytesMax)) return 'message-too-large'
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

export function isReaction(emoji: string, applied: AppliedLimits): boolean {
  return (
    !isOverBytes(emoji, applied.reactionBytesMax) &&
    isStorable(emoji) &&
    /^[^\s\p{Cc}]+$/u.test(emoji) &&
    /[^\p{Default_Ignorable_Code_Point}]/u.test(emoji)
  )
}

/** How long it may be is the protocol's alone: what has an id is found by it for ever. */
export function isId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= limits.idCharactersMax &&
    /^[A-Za-z0-9_:.-]+$/.test(value)
  )
}

/** A person's id has no `:`, and two of them fit into the id of a direct conversation. */
export function isUserId(value: unknown): value is string {
  return isId(value) && !value.includes(':') && value.length * 2 + 3 <= limits.idCharactersMax
}
