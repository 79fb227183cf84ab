/**
 * Names of rooms: any text without control characters, NFC, spaces in single file. Two public rooms
 * have the same name when theirs fold alike: without case and variant forms (NFKC).
 */
import { limits } from '@starling/protocol/limits'

export type CheckedTitle =
  | { readonly ok: true; readonly title: string; readonly folded: string }
  | { readonly ok: false; readonly code: 'name-invalid' }

const invalid = { ok: false, code: 'name-invalid' } as const

export function checkRoomTitle(
  raw: unknown,
  charactersMax: number = limits.roomNameCharactersMax,
): CheckedTitle {
  if (typeof raw !== 'string' || raw.length > charactersMax * 4 || !raw.isWellFormed()) {
    return invalid
  }
  const title = singleSpaced(raw.normalize('NFC'))
  if (title === '' || [...title].length > charactersMax) return invalid
  // controls, line ends, private and unassigned characters, marks that turn the direction of text
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(title)) {
    return invalid
  }
  const folded = foldTitle(title)
  return folded === '' ? invalid : { ok: true, title, folded }
}

/** What makes two titles equal; total, so that it serves what somebody looks for as well. */
export function foldTitle(raw: string): string {
  const plain = raw.toWellFormed().normalize('NFKC').toLowerCase().normalize('NFKC')
  return singleSpaced(plain.replace(/\p{Default_Ignorable_Code_Point}/gu, ''))
}

function singleSpaced(text: string): string {
  return text.replace(/\p{Zs}+/gu, ' ').replace(/^ | $/g, '')
}
