/** What `/create` and `/private` have in common: both make a room and go there. */
import { firstWord, granted, type PlainCommand } from './command.ts'

export function makeRoom(
  kind: 'public' | 'private',
  text: Pick<PlainCommand, 'name' | 'summary'>,
): PlainCommand {
  return {
    ...text,
    usage: 'name [topic]',
    completes: 'nothing',
    needs: 'nothing',
    isArgumentNeeded: true,
    async run({ client, ui }, argument) {
      const [word, topic] = firstWord(argument)
      const title = word.replace(/^#/, '')
      const options = { title, kind, ...(topic === '' ? {} : { topic }) }
      const room = granted(ui, await client.createRoom(options))
      if (room !== undefined) ui.go(room)
    },
  }
}
