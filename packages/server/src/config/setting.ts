/**
 * One thing that an operator may set: what is allowed, what holds when it is not set, and what it
 * does. The table of settings.ts is made of these; checking, the environment, `starling check` and
 * the reference in docs/operating.md all follow from it.
 */
import { z } from 'zod'

export interface Setting<T> {
  readonly check: z.ZodType<T>
  readonly fallback: T
  /** What may be written, for people: completes "write …". */
  readonly allowed: string
  /** What it does, one sentence. */
  readonly say: string
  /** The value that an environment variable or a flag spells; undefined when it spells none. */
  readonly fromText: (text: string) => unknown
  /** Words that a wrong value may have been meant to be. */
  readonly words: readonly string[]
  /** Shown as `(set)` only. */
  readonly isSecret: boolean
}

export type SettingValue<S> = S extends Setting<infer T> ? T : never

export function whole(min: number, max: number, fallback: number, say: string): Setting<number> {
  return {
    check: z.int().min(min).max(max),
    fallback,
    allowed: `a whole number from ${min} to ${max}`,
    say,
    fromText: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text),
    words: [],
    isSecret: false,
  }
}

export function yesNo(fallback: boolean, say: string): Setting<boolean> {
  return {
    check: z.boolean(),
    fallback,
    allowed: 'true or false',
    say,
    fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
    words: [],
    isSecret: false,
  }
}

export function oneOf<const T extends string>(
  words: readonly [T, ...T[]],
  fallback: NoInfer<T>,
  say: string,
): Setting<T> {
  return {
    check: z.enum(words) as unknown as z.ZodType<T>,
    fallback,
    allowed: words.length === 1 ? quoted(words[0]) : `one of ${words.map(quoted).join(', ')}`,
    say,
    fromText: (text) => text,
    words,
    isSecret: false,
  }
}

const textMax = 4_096

export function text(fallback: string, allowed: string, say: string): Setting<string> {
  return {
    check: z.string().min(1).max(textMax),
    fallback,
    allowed,
    say,
    fromText: (value) => value,
    words: [],
    isSecret: false,
  }
}

/** May be left out altogether. */
export function optionalText(allowed: string, say: string): Setting<string | undefined> {
  return {
    ...text('', allowed, say),
    check: z.string().min(1).max(textMax).optional(),
    fallback: undefined,
  }
}

export function secret(
  charactersMin: number,
  allowed: string,
  say: string,
): Setting<string | undefined> {
  return {
    ...optionalText(allowed, say),
    check: z.string().min(charactersMin).max(textMax).optional(),
    isSecret: true,
  }
}

export function texts(allowed: string, say: string): Setting<readonly string[]> {
  return {
    check: z.array(z.string().min(1).max(textMax)).max(64),
    fallback: [],
    allowed,
    say,
    fromText: (value) => value.split(',').map((part) => part.trim()),
    words: [],
    isSecret: false,
  }
}

export function quoted(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
