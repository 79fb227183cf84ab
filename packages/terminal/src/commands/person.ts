/**
 * The person whom a command about encryption means: the one named, in a direct conversation the
 * other, in a room that is held back the one whose identity changed.
 */
import type { SafetyNumber, Who } from '@starling/client/api'
import { nameIn } from '../layout/privacy-words.ts'
import type { PagePart } from '../model/state.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { firstWord, granted, personName, type RoomContext } from './command.ts'

export interface Meant {
  readonly who: Who
  readonly name: string
}

export function personMeant({ room, ui }: RoomContext, argument: string): Meant | undefined {
  const name = personName(firstWord(argument)[0])
  if (name !== '') return { who: name, name }
  const { peer, privacy } = room
  if (peer !== undefined) return { who: { user: peer.user }, name: sanitiseLine(peer.name) }
  const [changed, ...others] = privacy?.users ?? []
  if (changed !== undefined && others.length === 0) {
    return { who: { user: changed }, name: nameIn(room, changed) }
  }
  ui.fail('Say whom: @person')
  return undefined
}

/** The person and the number that both see; undefined when that was refused, which was said. */
export async function numberWith(
  context: RoomContext,
  argument: string,
): Promise<(Meant & { readonly number: SafetyNumber }) | undefined> {
  const meant = personMeant(context, argument)
  if (meant === undefined) return undefined
  const number = granted(context.ui, await context.client.privacy.safetyNumber(meant.who))
  return number === undefined ? undefined : { ...meant, number }
}

const groupsInRow = 4

export function numberParts(name: string, number: SafetyNumber): readonly PagePart[] {
  const groups = number.digits.match(/\d{5}/g) ?? [number.digits]
  const rows: string[] = []
  for (let at = 0; at < groups.length; at += groupsInRow) {
    rows.push(groups.slice(at, at + groupsInRow).join(' '))
  }
  return [
    { text: rows.join('\n'), tone: 'strong' },
    { text: standing(name, number), tone: 'plain' },
    {
      text:
        `${name} sees the same with /safety. Compare where nobody can change what you see: ` +
        'side by side, or reading aloud on the phone.',
      tone: 'quiet',
    },
  ]
}

function standing(name: string, { isChanged, isVerified }: SafetyNumber): string {
  if (isChanged) {
    return (
      `${name} has another identity than before: they lost their devices, ` +
      'or somebody else is in their place.'
    )
  }
  return isVerified ? `You have verified ${name}.` : `You have not verified ${name} yet.`
}
