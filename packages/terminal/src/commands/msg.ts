import type { StarlingClient } from '@starling/client/api'
import { firstWord, granted, type PlainCommand, personName } from './command.ts'
import { flagsOf } from './flags.ts'

const usage = '[--plain] @person [text]'

export const msgCommand: PlainCommand = {
  name: 'msg',
  aliases: ['direct', 'dm'],
  usage,
  summary: 'Talk with one person alone, encrypted; --plain: a new one is not',
  completes: 'person',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const { flags, rest, unknown } = flagsOf(argument, ['plain'])
    const [who, text] = firstWord(rest)
    if (unknown !== undefined || who === '') {
      ui.fail(`Type /msg ${usage}`)
      return
    }
    const name = personName(who)
    const options = flags.has('plain') ? [{ encrypted: false }] : []
    // One that is there is gone to at once: what is typed next is for that person.
    const room = held(client, name) ?? granted(ui, await client.openDirect(name, ...options))
    if (room === undefined) return
    ui.go(room)
    if (text !== '') client.post(room, text)
  },
}

function held(client: StarlingClient, name: string): string | undefined {
  const folded = name.toLowerCase()
  return client.snapshot().rooms.find(({ peer }) => peer?.name.toLowerCase() === folded)?.room
}
