import { granted, type PlainCommand } from './command.ts'

export const joinCommand: PlainCommand = {
  name: 'join',
  aliases: ['j'],
  usage: '#room',
  summary: 'Enter a public room, or one you are invited to',
  completes: 'room',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const title = argument.replace(/^#/, '')
    const invitation = client
      .snapshot()
      .invitations.find((one) => one.title.toLowerCase() === title.toLowerCase())
    const room = granted(ui, await client.join(invitation?.room ?? `#${title}`))
    if (room !== undefined) ui.go(room)
  },
}
