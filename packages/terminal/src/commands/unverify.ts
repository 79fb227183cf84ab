import { granted, type RoomCommand } from './command.ts'
import { personMeant } from './person.ts'

export const unverifyCommand: RoomCommand = {
  name: 'unverify',
  usage: '[@person]',
  summary: 'Take back that you verified a person',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: false,
  async run(context, argument) {
    const { client, ui } = context
    const meant = personMeant(context, argument)
    if (meant === undefined) return
    if (granted(ui, await client.privacy.verify(meant.who, false)) !== undefined) {
      ui.note(`${meant.name} is not verified any more.`)
    }
  },
}
