/**
 * How each tone looks. One accent; everything else is weight and brightness, which also works
 * without colour and on light backgrounds.
 */
import type { Line, Tone } from '../layout/span.ts'

export type Theme = { readonly [tone in Tone]: readonly [open: string, close: string] }

const code = (open: number, close: number): readonly [string, string] => [
  `\u001b[${open}m`,
  `\u001b[${close}m`,
]
const both = (
  a: readonly [string, string],
  b: readonly [string, string],
): readonly [string, string] => [a[0] + b[0], b[1] + a[1]]

const bold = code(1, 22)
const dim = code(2, 22)
const underline = code(4, 24)
const inverse = code(7, 27)
const cyan = code(36, 39)
const red = code(31, 39)
const none: readonly [string, string] = ['', '']

const colourTheme: Theme = {
  plain: none,
  quiet: dim,
  strong: bold,
  accent: cyan,
  'strong-accent': both(bold, cyan),
  danger: red,
  picked: inverse,
}

/** For `NO_COLOR`. */
const monoTheme: Theme = {
  plain: none,
  quiet: dim,
  strong: bold,
  accent: underline,
  'strong-accent': both(bold, underline),
  danger: bold,
  picked: inverse,
}

/** For tests and terminals that can do nothing. */
export const plainTheme: Theme = {
  plain: none,
  quiet: none,
  strong: none,
  accent: none,
  'strong-accent': none,
  danger: none,
  picked: none,
}

export function themeFor(environment: { readonly [name: string]: string | undefined }): Theme {
  if (environment.TERM === 'dumb') return plainTheme
  return (environment.NO_COLOR ?? '') === '' ? colourTheme : monoTheme
}

export function paintLine(line: Line, theme: Theme): string {
  let painted = ''
  for (const { text, tone } of line) {
    if (text === '') continue
    const [open, close] = theme[tone]
    painted += `${open}${text}${close}`
  }
  return painted
}
