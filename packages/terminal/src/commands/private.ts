import { firstWord, granted, type PlainCommand } from './command.ts'

export const privateCommand: PlainCommand = {
  name: 'private',
  usage: 'name [topic]',
  summary: 'Make a private room, for those you invite',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const [word, topic] = firstWord(argument)
    const title = word.replace(/^#/, '')
    const options = { title, kind: 'private' as const, ...(topic === '' ? {} : { topic }) }
    const room = granted(ui, await client.createRoom(options))
    if (room !== undefined) ui.go(room)
  },
}
