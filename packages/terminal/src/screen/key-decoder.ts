/**
 * What the keyboard sends, made into inputs. A terminal sends bytes, not keys: printable text as it
 * is, everything else as control characters and escape sequences that may be cut anywhere by the
 * network. The decoder keeps an unfinished sequence until the rest comes, or until `flush`, which
 * the shell calls after a short silence: only silence tells the Escape key from the start of a
 * sequence.
 *
 * A key is named by its modifiers in the order ctrl, alt, shift and its name: `ctrl+k`,
 * `alt+shift+up`, `f1`. Pasted text comes between brackets (mode 2004) and is one input however
 * many lines it has. A sequence that means nothing here is dropped, never typed.
 */
export type Input =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'focus'; readonly isFocused: boolean }

const pasteBytesMax = 1_048_576
const sequenceCharactersMax = 64
const pasteStart = '\u001b[200~'
const pasteEnd = '\u001b[201~'

const finals: { readonly [final: string]: string } = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
}
const numbered: { readonly [number: string]: string } = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
}
const controls: { readonly [character: string]: string } = {
  '\r': 'enter',
  '\n': 'ctrl+j',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\u0008': 'backspace',
  '\u0000': 'ctrl+space',
  '\u001f': 'ctrl+_',
}

export class KeyDecoder {
  #pending = ''
  #paste: string | undefined

  /** Whether an unfinished sequence waits for more or for `flush`. */
  get isWaiting(): boolean {
    return this.#pending !== '' && this.#paste === undefined
  }

  push(chunk: string): readonly Input[] {
    this.#pending += chunk
    const inputs: Input[] = []
    for (;;) {
      const before = this.#pending.length
      const input = this.#paste === undefined ? this.#next() : this.#pasted()
      if (input !== undefined) inputs.push(input)
      if (this.#pending.length === before && input === undefined) return joinText(inputs)
    }
  }

  /** Nothing more came: what waits is what was pressed. */
  flush(): readonly Input[] {
    const pending = this.#pending
    if (pending === '' || this.#paste !== undefined) return []
    this.#pending = ''
    const isEscape = pending.replaceAll('\u001b', '') === ''
    return isEscape ? [{ kind: 'key', key: 'esc' }] : []
  }

  #pasted(): Input | undefined {
    const end = this.#pending.indexOf(pasteEnd)
    if (end === -1) {
      // The end mark itself may be cut: keep as much as could be its beginning.
      const keep = Math.min(this.#pending.length, pasteEnd.length - 1)
      this.#paste += this.#pending.slice(0, this.#pending.length - keep)
      this.#pending = this.#pending.slice(this.#pending.length - keep)
      this.#paste = this.#paste?.slice(0, pasteBytesMax)
      return undefined
    }
    const text = `${this.#paste}${this.#pending.slice(0, end)}`.slice(0, pasteBytesMax)
    this.#pending = this.#pending.slice(end + pasteEnd.length)
    this.#paste = undefined
    return { kind: 'paste', text: text.replace(/\r\n?/g, '\n') }
  }

  #next(): Input | undefined {
    const text = this.#pending
    const first = text[0]
    if (first === undefined) return undefined
    if (first === '\u001b') return this.#escape()
    if (first < ' ' || first === '\u007f') {
      this.#pending = text.slice(1)
      return { kind: 'key', key: controlName(first) }
    }
    const run = /^\P{Cc}+/u.exec(text)?.[0]
    this.#pending = text.slice(run?.length ?? 1)
    return run === undefined ? this.#next() : { kind: 'text', text: run }
  }

  #escape(): Input | undefined {
    const text = this.#pending
    if (text.startsWith(pasteStart)) {
      this.#pending = text.slice(pasteStart.length)
      this.#paste = ''
      return undefined
    }
    if (text.length === 1) return undefined
    const alt = text.startsWith('\u001b\u001b') && text.length > 2
    const rest = text.slice(alt ? 2 : 1)
    const introducer = rest[0]
    if (introducer === '[' || introducer === 'O') return this.#sequence(rest, alt)
    if (introducer === '\u001b') return undefined
    const character = String.fromCodePoint(rest.codePointAt(0) ?? 0)
    this.#pending = rest.slice(character.length)
    return { kind: 'key', key: altName(character) }
  }

  #sequence(rest: string, alt: boolean): Input | undefined {
    const match = /^(?:\[([0-9;:<=>?]*)[ -/]*([@-~])|O([@-~]))/.exec(rest)
    if (match === null) {
      if (rest.length > sequenceCharactersMax) this.#pending = rest.slice(1)
      return undefined
    }
    this.#pending = rest.slice(match[0].length)
    return sequenceName(match[1] ?? '', match[2] ?? match[3] ?? '', alt) ?? this.#next()
  }
}

function controlName(character: string): string {
  const known = controls[character]
  if (known !== undefined) return known
  return `ctrl+${String.fromCharCode(character.charCodeAt(0) + 96)}`
}

function altName(character: string): string {
  if (character === '\r') return 'alt+enter'
  if (character === '\u007f') return 'alt+backspace'
  if (character < ' ') return withModifiers(controlName(character), { alt: true })
  const lower = character.toLowerCase()
  return lower === character ? `alt+${character}` : `alt+shift+${lower}`
}

function sequenceName(parameters: string, final: string, isAlt: boolean): Input | undefined {
  if (final === 'I' || final === 'O') return { kind: 'focus', isFocused: final === 'I' }
  const [first = '', second = '1'] = parameters.split(';')
  const bits = Math.max(0, Number.parseInt(second, 10) - 1) || 0
  const modifiers = {
    ctrl: (bits & 4) !== 0,
    alt: isAlt || (bits & 2) !== 0,
    shift: (bits & 1) !== 0 || final === 'Z',
  }
  const name = keyName(first, final)
  return name === undefined ? undefined : { kind: 'key', key: withModifiers(name, modifiers) }
}

function keyName(first: string, final: string): string | undefined {
  if (final === 'Z') return 'tab'
  if (final === '~') return numbered[first]
  // The kitty protocol and xterm's modifyOtherKeys: the key's code point.
  if (final !== 'u') return finals[final]
  const codePoint = Number.parseInt(first, 10)
  if (codePoint === 13) return 'enter'
  if (codePoint === 27) return 'esc'
  if (codePoint === 9) return 'tab'
  if (codePoint === 127) return 'backspace'
  return codePoint >= 32 && codePoint < 127 ? String.fromCodePoint(codePoint) : undefined
}

function withModifiers(
  name: string,
  modifiers: { ctrl?: boolean; alt?: boolean; shift?: boolean },
): string {
  const parts: string[] = []
  if (modifiers.ctrl === true && !name.startsWith('ctrl+')) parts.push('ctrl')
  if (modifiers.alt === true) parts.push('alt')
  if (modifiers.shift === true) parts.push('shift')
  return [...parts, name].join('+')
}

/** Text that came in several runs is one input, so that an input method's burst is one change. */
function joinText(inputs: readonly Input[]): readonly Input[] {
  const joined: Input[] = []
  for (const input of inputs) {
    const last = joined.at(-1)
    if (input.kind === 'text' && last?.kind === 'text') {
      joined[joined.length - 1] = { kind: 'text', text: last.text + input.text }
    } else joined.push(input)
  }
  return joined
}
