/** One question on an otherwise empty screen: how one comes in the first time. Pure. */
import type { Input } from '../screen/key-decoder.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { type Composer, composerKeys, composerWith, insert } from './composer.ts'

export type Question =
  | {
      readonly kind: 'text'
      readonly label: string
      readonly hint: string
      readonly isSecret: boolean
      readonly initial: string
    }
  | {
      readonly kind: 'choice'
      readonly label: string
      readonly hint: string
      readonly items: readonly { readonly label: string; readonly detail: string }[]
    }
  /** Nothing to answer: something is under way. */
  | { readonly kind: 'wait'; readonly label: string; readonly hint: string }

export interface Asking {
  readonly question: Question
  readonly composer: Composer
  readonly picked: number
  /** What was wrong with the answer before. */
  readonly error: string | undefined
}

export type Answered =
  | { readonly kind: 'asking'; readonly asking: Asking }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'choice'; readonly picked: number }
  | { readonly kind: 'back' }
  | { readonly kind: 'quit' }

export function askingOf(question: Question, error?: string): Asking {
  const initial = question.kind === 'text' ? question.initial : ''
  return { question, composer: composerWith(initial), picked: 0, error }
}

export function answer(asking: Asking, input: Input): Answered {
  const { question } = asking
  if (input.kind === 'key') {
    if (input.key === 'ctrl+c') return { kind: 'quit' }
    if (input.key === 'esc') return { kind: 'back' }
  }
  if (question.kind === 'wait') return { kind: 'asking', asking }
  return question.kind === 'choice'
    ? choose(asking, { count: question.items.length, input })
    : write(asking, input)
}

function choose(asking: Asking, at: { readonly count: number; readonly input: Input }): Answered {
  const { count, input } = at
  if (input.kind !== 'key') return { kind: 'asking', asking }
  if (input.key === 'enter') return { kind: 'choice', picked: asking.picked }
  const by = input.key === 'down' || input.key === 'tab' ? 1 : input.key === 'up' ? -1 : 0
  const picked = (asking.picked + by + count) % count
  return { kind: 'asking', asking: { ...asking, picked } }
}

function write(asking: Asking, input: Input): Answered {
  const { composer } = asking
  if (input.kind === 'key' && input.key === 'enter') {
    const text = composer.text.trim()
    return text === '' ? { kind: 'asking', asking } : { kind: 'text', text }
  }
  return { kind: 'asking', asking: { ...asking, composer: edited(composer, input) } }
}

function edited(composer: Composer, input: Input): Composer {
  switch (input.kind) {
    case 'text':
    case 'paste':
      return insert(composer, sanitiseLine(input.text))
    case 'key':
      return /enter|ctrl\+j/.test(input.key)
        ? composer
        : (composerKeys[input.key]?.(composer) ?? composer)
    case 'focus':
      return composer
  }
}
