/**
 * Names of people, after PRECIS UsernameCaseMapped (RFC 8265): wide and narrow forms become usual
 * ones, then NFC; letters, digits and marks of the scripts that Unicode recommends for names, and
 * `_ - .`; right-to-left names keep the basic bidi rule. Stricter than the RFC: no other signs, no
 * joiners, and one script a name (with the Japanese, Chinese and Korean mixtures), so that a Latin
 * name cannot be imitated with a single Cyrillic letter.
 *
 * A name is shown with the case it was chosen with. Two names are the same when they fold alike:
 * without case and with every letter led to the one it looks like (confusables.ts), which also
 * catches a name written wholly in another script.
 */
import { limits } from '@starling/protocol/limits'
import { standsFor } from './confusables.ts'

export type CheckedName =
  | { readonly ok: true; readonly name: string; readonly folded: string }
  | { readonly ok: false; readonly code: 'name-invalid' }

const invalid = { ok: false, code: 'name-invalid' } as const

/** The name as it is shown and as it is compared, or that it cannot be one. */
export function checkUserName(
  raw: unknown,
  charactersMax: number = limits.userNameCharactersMax,
): CheckedName {
  if (typeof raw !== 'string' || raw.length > charactersMax * 4 || !raw.isWellFormed()) {
    return invalid
  }
  const name = usualWidth(raw).normalize('NFC').trim()
  const characters = [...name]
  if (characters.length === 0 || characters.length > charactersMax) return invalid
  if (!isShape(name) || !characters.every(isAllowed)) return invalid
  if (!isOneScript(characters) || !keepsBidiRule(name)) return invalid
  const folded = foldName(name)
  return folded === '' ? invalid : { ok: true, name, folded }
}

/** What makes two names equal. Total: for what is no name it gives a text that no name folds to. */
export function foldName(raw: string): string {
  const plain = usualWidth(raw.toWellFormed()).trim().toLowerCase().normalize('NFD')
  let folded = ''
  for (const character of plain.replace(/i\u0307+/g, 'i')) {
    const digit = decimalValue(character)
    folded += standsFor.get(digit) ?? digit
  }
  return folded.replace(/ς/g, 'o').replace(/rn/g, 'm').normalize('NFC')
}

/** Full-width Latin and half-width Katakana and Hangul in their usual width. */
function usualWidth(text: string): string {
  return text.replace(/[\uFF01-\uFFEE]+/g, (wide) => wide.normalize('NFKC'))
}

/** Begins with a letter, a digit or `_`, does not end with a point, and has no heap of marks. */
function isShape(name: string): boolean {
  return /^[\p{L}\p{Nd}_]/u.test(name) && !name.endsWith('.') && !/\p{M}{5}/u.test(name)
}

/** RFC 5892's exceptions and the jamo of old Hangul. */
const disallowed =
  /[\u0640\u07FA\u302E\u302F\u3031-\u3035\u303B\u1100-\u11FF\uA960-\uA97F\uD7B0-\uD7FF]/

function isAllowed(character: string): boolean {
  if (character <= '\u007E') return /[A-Za-z0-9_.-]/.test(character)
  return (
    /[\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Nd}\p{Mn}\p{Mc}]/u.test(character) &&
    !/\p{Default_Ignorable_Code_Point}/u.test(character) &&
    !disallowed.test(character) &&
    // a composed letter such as Hebrew שׁ is left decomposed by NFC, what NFKC changes is a variant
    character.normalize('NFKC') === character.normalize('NFC')
  )
}

/** Recommended by Unicode (UAX #31, table 5); a name in any other script is refused. */
const scripts: readonly (readonly [name: string, member: RegExp])[] = [
  ['Latin', /\p{scx=Latin}/u],
  ['Han', /\p{scx=Han}/u],
  ['Hiragana', /\p{scx=Hiragana}/u],
  ['Katakana', /\p{scx=Katakana}/u],
  ['Bopomofo', /\p{scx=Bopomofo}/u],
  ['Hangul', /\p{scx=Hangul}/u],
  ['Cyrillic', /\p{scx=Cyrillic}/u],
  ['Greek', /\p{scx=Greek}/u],
  ['Arabic', /\p{scx=Arabic}/u],
  ['Armenian', /\p{scx=Armenian}/u],
  ['Bengali', /\p{scx=Bengali}/u],
  ['Devanagari', /\p{scx=Devanagari}/u],
  ['Ethiopic', /\p{scx=Ethiopic}/u],
  ['Georgian', /\p{scx=Georgian}/u],
  ['Gujarati', /\p{scx=Gujarati}/u],
  ['Gurmukhi', /\p{scx=Gurmukhi}/u],
  ['Hebrew', /\p{scx=Hebrew}/u],
  ['Kannada', /\p{scx=Kannada}/u],
  ['Khmer', /\p{scx=Khmer}/u],
  ['Lao', /\p{scx=Lao}/u],
  ['Malayalam', /\p{scx=Malayalam}/u],
  ['Myanmar', /\p{scx=Myanmar}/u],
  ['Oriya', /\p{scx=Oriya}/u],
  ['Sinhala', /\p{scx=Sinhala}/u],
  ['Tamil', /\p{scx=Tamil}/u],
  ['Telugu', /\p{scx=Telugu}/u],
  ['Thaana', /\p{scx=Thaana}/u],
  ['Thai', /\p{scx=Thai}/u],
  ['Tibetan', /\p{scx=Tibetan}/u],
]

/** Sets of scripts that are written together; any one script alone is allowed too. */
const mixtures: readonly (readonly string[])[] = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
]

function isOneScript(characters: readonly string[]): boolean {
  let alone: readonly string[] = scripts.map(([name]) => name)
  let together: readonly (readonly string[])[] = mixtures
  for (const character of characters) {
    if (/[\p{sc=Common}\p{sc=Inherited}]/u.test(character) && isOfAll(character)) continue
    const own = scripts.filter(([, member]) => member.test(character)).map(([name]) => name)
    alone = alone.filter((name) => own.includes(name))
    together = together.filter((names) => own.some((name) => names.includes(name)))
  }
  return alone.length > 0 || together.length > 0
}

/** Common to all scripts, not only to some. */
function isOfAll(character: string): boolean {
  return /[\p{scx=Common}\p{scx=Inherited}]/u.test(character)
}

const rightToLeft = /[\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Thaana}]/u

/**
 * The basics of RFC 5893: a name with a right-to-left letter begins with one, ends with one or with
 * a digit (marks aside), and does not mix the digits of two systems.
 */
function keepsBidiRule(name: string): boolean {
  const digitSystems = [/[0-9]/, /[\u0660-\u0669]/, /[\u06F0-\u06F9]/]
  if (!rightToLeft.test(name)) return true
  const bare = name.replace(/\p{M}/gu, '')
  const [first, last] = [bare.at(0) ?? '', bare.at(-1) ?? '']
  const isFirstLetter = rightToLeft.test(first) && /\p{L}/u.test(first)
  const isLastFit = rightToLeft.test(last) || /\p{Nd}/u.test(last)
  return isFirstLetter && isLastFit && digitSystems.filter((one) => one.test(name)).length <= 1
}

/** A digit of any script as 0–9; anything else as it is. Digits come in runs of ten. */
function decimalValue(character: string): string {
  if (!/\p{Nd}/u.test(character)) return character
  let value = 0
  for (let before = character.codePointAt(0)! - 1; value < 10; value += 1, before -= 1) {
    if (!/\p{Nd}/u.test(String.fromCodePoint(before))) break
  }
  return String(value % 10)
}
