/**
 * The text being written: a string and a cursor that stands between two graphemes. Pure: every edit
 * returns a new value. `cut` is what Ctrl-W, Ctrl-U removed last, and Ctrl-Y puts back.
 */
import { graphemes } from '../text/width.ts'

export interface Composer {
  readonly text: string
  /** Where the next character goes, in UTF-16 units. */
  readonly cursor: number
  readonly cut: string
}

export const emptyComposer: Composer = { text: '', cursor: 0, cut: '' }

export function composerWith(text: string): Composer {
  return { text, cursor: text.length, cut: '' }
}

export function insert(composer: Composer, added: string): Composer {
  const { text, cursor } = composer
  return {
    ...composer,
    text: text.slice(0, cursor) + added + text.slice(cursor),
    cursor: cursor + added.length,
  }
}

/** Replaces what stands from `start` to the cursor. */
export function replaceFrom(composer: Composer, start: number, added: string): Composer {
  return insert(remove(composer, start, composer.cursor), added)
}

/** Every key that edits text; anything else is not the composer's. */
export const composerKeys: { readonly [key: string]: (composer: Composer) => Composer } = {
  left: (composer) => at(composer, before(composer)),
  right: (composer) => at(composer, after(composer)),
  home: (composer) => at(composer, lineStart(composer)),
  end: (composer) => at(composer, lineEnd(composer)),
  'ctrl+a': (composer) => at(composer, lineStart(composer)),
  'ctrl+e': (composer) => at(composer, lineEnd(composer)),
  'alt+left': (composer) => at(composer, wordStart(composer)),
  'alt+right': (composer) => at(composer, wordEnd(composer)),
  'ctrl+left': (composer) => at(composer, wordStart(composer)),
  'ctrl+right': (composer) => at(composer, wordEnd(composer)),
  'alt+b': (composer) => at(composer, wordStart(composer)),
  'alt+f': (composer) => at(composer, wordEnd(composer)),
  backspace: (composer) => remove(composer, before(composer), composer.cursor),
  delete: (composer) => remove(composer, composer.cursor, after(composer)),
  'ctrl+w': (composer) => cut(composer, wordStart(composer)),
  'alt+backspace': (composer) => cut(composer, wordStart(composer)),
  'ctrl+u': (composer) => cut(composer, lineStart(composer)),
  'ctrl+y': (composer) => insert(composer, composer.cut),
  'alt+enter': (composer) => insert(composer, '\n'),
  'shift+enter': (composer) => insert(composer, '\n'),
  'ctrl+j': (composer) => insert(composer, '\n'),
}

/** Where the cursor is after ↑ or ↓, or undefined at the first or last line. */
export function moveLine(composer: Composer, step: -1 | 1): Composer | undefined {
  const start = lineStart(composer)
  const column = composer.cursor - start
  if (step === -1) {
    if (start === 0) return undefined
    const above = composer.text.lastIndexOf('\n', start - 2) + 1
    return at(composer, Math.min(above + column, start - 1))
  }
  const end = lineEnd(composer)
  if (end === composer.text.length) return undefined
  const belowEnd = composer.text.indexOf('\n', end + 1)
  const last = belowEnd === -1 ? composer.text.length : belowEnd
  return at(composer, Math.min(end + 1 + column, last))
}

function at(composer: Composer, cursor: number): Composer {
  return cursor === composer.cursor ? composer : { ...composer, cursor }
}

function remove(composer: Composer, from: number, to: number): Composer {
  const { text } = composer
  return { ...composer, text: text.slice(0, from) + text.slice(to), cursor: from }
}

function cut(composer: Composer, from: number): Composer {
  if (from === composer.cursor) return composer
  return {
    ...remove(composer, from, composer.cursor),
    cut: composer.text.slice(from, composer.cursor),
  }
}

function before({ text, cursor }: Composer): number {
  return cursor - (graphemes(text.slice(0, cursor)).at(-1)?.length ?? 0)
}

function after({ text, cursor }: Composer): number {
  return cursor + (graphemes(text.slice(cursor))[0]?.length ?? 0)
}

function lineStart({ text, cursor }: Composer): number {
  return cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1
}

function lineEnd({ text, cursor }: Composer): number {
  const end = text.indexOf('\n', cursor)
  return end === -1 ? text.length : end
}

function wordStart({ text, cursor }: Composer): number {
  const word = /[\p{L}\p{N}\p{M}_]*[^\p{L}\p{N}\p{M}_]*$/u.exec(text.slice(0, cursor))
  return cursor - (word?.[0].length ?? 0)
}

function wordEnd({ text, cursor }: Composer): number {
  return cursor + (/^[^\p{L}\p{N}_]*[\p{L}\p{N}\p{M}_]*/u.exec(text.slice(cursor))?.[0].length ?? 0)
}
