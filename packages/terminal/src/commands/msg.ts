import { firstWord, granted, type PlainCommand, personName } from './command.ts'

export const msgCommand: PlainCommand = {
  name: 'msg',
  aliases: ['direct', 'dm'],
  usage: '@person [text]',
  summary: 'Talk with one person alone',
  completes: 'person',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const [who, text] = firstWord(argument)
    const room = granted(ui, await client.openDirect(personName(who)))
    if (room === undefined) return
    ui.go(room)
    if (text !== '') client.post(room, text)
  },
}
