/** The questions of the first time, in words. */
import type { Question } from '../model/question.ts'

export function addressQuestion(initial: string): Question {
  return {
    kind: 'text',
    label: 'Where is the server?',
    hint: 'Its address, as it prints it when it starts: host or host:port. It is remembered.',
    isSecret: false,
    initial,
  }
}

export const wayQuestion = {
  kind: 'choice',
  label: 'How do you come in?',
  hint: 'An account keeps your name, your rooms and your place in them on every device.',
  items: [
    { label: 'As a guest', detail: 'a name is enough' },
    { label: 'Log in', detail: 'with an account' },
    { label: 'Make an account', detail: 'with a name and a password' },
  ],
} as const satisfies Question

/** In the order of `wayQuestion.items`. */
export const ways = ['guest', 'login', 'register'] as const

export function nameQuestion(initial: string): Question {
  return {
    kind: 'text',
    label: 'Your name?',
    hint: 'Others see it beside what you write.',
    isSecret: false,
    initial,
  }
}

export function passwordQuestion(name: string, isAgain: boolean): Question {
  return {
    kind: 'text',
    label: isAgain ? 'The password again' : `Password of ${name}`,
    hint: isAgain ? 'So that no slip of a finger locks you out.' : 'At least 8 characters.',
    isSecret: true,
    initial: '',
  }
}

export function waitQuestion(address: string): Question {
  return {
    kind: 'wait',
    label: `Connecting to ${address} …`,
    hint: 'If this takes long: does the server run, and is the address right? It is tried again.',
  }
}

/** Pairs of digits on one row: few enough to compare by eye. */
const pairsPerRow = 8

/**
 * The first answer is the careful one. `trusted`: where another certificate of this server's is
 * trusted already, which makes a new one suspicious.
 */
export function trustQuestion(
  address: string,
  fingerprint: string,
  trusted: string | undefined,
): Question {
  const pairs = fingerprint.split(':')
  const rows = Array.from({ length: Math.ceil(pairs.length / pairsPerRow) }, (_, at) =>
    pairs.slice(at * pairsPerRow, (at + 1) * pairsPerRow).join(':'),
  )
  const warning =
    trusted === undefined
      ? 'It is remembered, and a change is refused.'
      : `Beware: it is not the one you trusted at ${trusted}.`
  return {
    kind: 'choice',
    label: `Is this really ${address}?`,
    hint:
      'No known authority signed its certificate. Compare its fingerprint with the one that the ' +
      `server prints when it starts. ${warning}\n${rows.join('\n')}`,
    items: [
      { label: 'No', detail: 'do not connect' },
      { label: 'Yes, the same', detail: 'trust it from now on' },
    ],
  }
}
