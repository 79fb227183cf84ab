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
    const options = flags.has('plain') ? [{ encrypted: false }] : []
    const room = granted(ui, await client.openDirect(personName(who), ...options))
    if (room === undefined) return
    ui.go(room)
    if (text !== '') client.post(room, text)
  },
}
