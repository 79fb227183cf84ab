import type { RoomCommand } from './command.ts'
import { isOthers, targetMessage } from './targets.ts'

export const replyCommand: RoomCommand = {
  name: 'reply',
  usage: '[text]',
  summary: 'Answer the last message, or the picked one',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  run(context, argument) {
    const message = targetMessage(context, isOthers)
    if (message === undefined) context.ui.fail('There is no message to answer.')
    else if (argument === '') context.ui.reply(message)
    else context.client.post(context.room.room, argument, { replyTo: message.index })
  },
}
