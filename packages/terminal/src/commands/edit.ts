import type { RoomCommand } from './command.ts'
import { isOwn, targetMessage } from './targets.ts'

export const editCommand: RoomCommand = {
  name: 'edit',
  usage: '[text]',
  summary: 'Change your last message',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  run(context, argument) {
    const message = targetMessage(context, isOwn)
    if (message === undefined || !message.isOwn)
      context.ui.fail('There is no message of yours to edit.')
    else if (argument === '') context.ui.edit({ index: message.index, text: message.text })
    else context.client.edit(context.room.room, message.index, argument)
  },
}
