import { emojiNamed } from '../text/emoji.ts'
import type { RoomCommand } from './command.ts'
import { isAny, targetMessage } from './targets.ts'

export const reactCommand: RoomCommand = {
  name: 'react',
  usage: ':emoji:',
  summary: 'React to the last message, or the picked one; again takes it back',
  completes: 'emoji',
  needs: 'room',
  isArgumentNeeded: true,
  run(context, argument) {
    const message = targetMessage(context, isAny)
    const emoji = emojiNamed(argument) ?? argument
    if (message === undefined) context.ui.fail('There is no message to react to.')
    else if (/^:.*:$/.test(emoji)) context.ui.fail(`There is no emoji called ${argument}.`)
    else {
      const isMine = message.reactions.some((one) => one.emoji === emoji && one.isMine)
      context.client.react(context.room.room, message.index, { emoji, on: !isMine })
    }
  },
}
