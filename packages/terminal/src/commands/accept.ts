import { granted, type RoomCommand } from './command.ts'
import { numberWith } from './person.ts'

export const acceptCommand: RoomCommand = {
  name: 'accept',
  usage: '[@person]',
  summary: 'Write on to a person whose identity changed, unverified',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: false,
  async run(context, argument) {
    const { client, ui } = context
    const seen = await numberWith(context, argument)
    if (seen === undefined) return
    const { name, who, number } = seen
    if (!number.isChanged) {
      ui.note(`The identity of ${name} has not changed.`)
      return
    }
    const sure = await ui.page({
      title: `Write to ${name} without comparing?`,
      parts: [
        {
          text:
            `${name} has a new identity. Mostly that is somebody who lost their devices; it ` +
            'could be somebody who took their account.',
          tone: 'plain',
        },
        { text: 'Safer is /verify: compare the numbers first.', tone: 'quiet' },
      ],
      enter: 'Write on, unverified',
    })
    if (!sure) return
    if (granted(ui, await client.privacy.acceptChanged(who)) !== undefined) {
      ui.note(`You write to ${name} again. They are not verified.`)
    }
  },
}
