import type { RoomSnapshot } from '@starling/client/api'
import { actionCommands, lock } from '../layout/privacy-words.ts'
import type { PagePart } from '../model/state.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import type { RoomCommand } from './command.ts'

export const infoCommand: RoomCommand = {
  name: 'info',
  aliases: ['room'],
  usage: '',
  summary: 'About this room, and who can read it',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  async run({ ui, room }) {
    const title = `${room.kind === 'direct' ? '' : '#'}${sanitiseLine(room.title)}`
    const topic = sanitiseLine(room.topic)
    const parts: PagePart[] = [{ text: kindWords(room), tone: 'plain' }, ...privacyParts(room)]
    if (topic !== '') parts.unshift({ text: topic, tone: 'plain' })
    await ui.page({ title, parts, enter: 'Back' })
  },
}

function kindWords({ kind, members, role }: RoomSnapshot): string {
  const people = `${members} ${members === 1 ? 'person' : 'people'}`
  switch (kind) {
    case 'direct':
      return 'A conversation of two.'
    case 'private':
      return `A private room, for who is invited: ${people}. You are ${roleWords[role]}.`
    default:
      return `A public room, for whoever comes: ${people}. You are ${roleWords[role]}.`
  }
}

const roleWords = { owner: 'an owner', moderator: 'a moderator', member: 'a member' } as const

function privacyParts({ kind, isEncrypted, privacy }: RoomSnapshot): readonly PagePart[] {
  if (isEncrypted !== true) {
    const why = kind === 'public' ? ', as public rooms are' : '; a new one would be'
    return [
      {
        text: `Not encrypted${why}: who runs the servers could read what is written.`,
        tone: 'strong',
      },
    ]
  }
  if (privacy === undefined) return [{ text: `${lock} Encrypted.`, tone: 'strong' }]
  const { say, action } = privacy
  const command = action === undefined ? undefined : actionCommands[action]
  return [
    { text: `${lock} ${say}`, tone: 'strong' },
    ...(command === undefined ? [] : [{ text: `Type ${command}`, tone: 'plain' } as const]),
    {
      text:
        'The servers see who is in it, when something is written and how long it is; never ' +
        'what. /verify compares keys with a person.',
      tone: 'quiet',
    },
  ]
}
