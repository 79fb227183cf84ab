/**
 * What `/…` at the beginning of a message does. `//` writes a message that begins with a stroke.
 * Anything that is not a command is refused, not sent: a mistyped `/kick` is no message.
 */
import { texts } from '../texts.ts'

export type Command =
  | { readonly kind: 'join'; readonly title: string }
  | { readonly kind: 'direct'; readonly name: string; readonly text: string }
  | { readonly kind: 'invite'; readonly name: string }
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'kick' | 'ban' | 'unban' | 'mute' | 'unmute'; readonly name: string }
  | { readonly kind: 'leave' }
  | { readonly kind: 'shrug'; readonly text: string }

export interface CommandName {
  readonly name: Command['kind']
  readonly usage: string
  readonly summary: string
}

const { summaries, usages } = texts.commands

export const commands: readonly CommandName[] = [
  { name: 'join', usage: usages.room, summary: summaries.join },
  { name: 'direct', usage: usages.personAndText, summary: summaries.direct },
  { name: 'invite', usage: usages.person, summary: summaries.invite },
  { name: 'topic', usage: usages.text, summary: summaries.topic },
  { name: 'kick', usage: usages.person, summary: summaries.kick },
  { name: 'ban', usage: usages.person, summary: summaries.ban },
  { name: 'unban', usage: usages.person, summary: summaries.unban },
  { name: 'mute', usage: usages.person, summary: summaries.mute },
  { name: 'unmute', usage: usages.person, summary: summaries.unmute },
  { name: 'leave', usage: '', summary: summaries.leave },
  { name: 'shrug', usage: usages.text, summary: summaries.shrug },
]

export type Written =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'wrong'; readonly say: string }

export function readWritten(text: string): Written {
  if (text.startsWith('//')) return { kind: 'message', text: text.slice(1) }
  const match = /^\/([a-z]+)(?:[ \t]+([\s\S]*))?$/i.exec(text.trim())
  if (match === null) return { kind: 'message', text }
  const name = match[1]!.toLowerCase()
  const rest = (match[2] ?? '').trim()
  const known = commands.find((one) => one.name === name)
  if (known === undefined) return { kind: 'wrong', say: texts.commands.unknown(name) }
  const command = commandOf(known.name, rest)
  if (command !== undefined) return { kind: 'command', command }
  return { kind: 'wrong', say: texts.commands.usage(name, known.usage) }
}

function commandOf(name: Command['kind'], rest: string): Command | undefined {
  const [first = '', ...words] = rest.split(/\s+/)
  const person = first.replace(/^@/, '')
  switch (name) {
    case 'join':
      return rest === '' ? undefined : { kind: name, title: rest.replace(/^#/, '') }
    case 'direct':
      return person === '' ? undefined : { kind: name, name: person, text: words.join(' ') }
    case 'invite':
    case 'kick':
    case 'ban':
    case 'unban':
    case 'mute':
    case 'unmute':
      return person === '' ? undefined : { kind: name, name: person }
    case 'topic':
      return { kind: name, topic: rest }
    case 'leave':
      return { kind: name }
    case 'shrug':
      return { kind: name, text: `${rest} ¯\\\\\\_(ツ)_/¯`.trim() }
  }
}
