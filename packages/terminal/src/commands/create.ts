import { firstWord, granted, type PlainCommand } from './command.ts'

export const createCommand: PlainCommand = {
  name: 'create',
  usage: 'name [topic]',
  summary: 'Make a public room',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const [word, topic] = firstWord(argument)
    const title = word.replace(/^#/, '')
    const options = { title, kind: 'public' as const, ...(topic === '' ? {} : { topic }) }
    const room = granted(ui, await client.createRoom(options))
    if (room !== undefined) ui.go(room)
  },
}
