import type { RoomCommand } from './command.ts'
import { isOthers, targetMessage } from './targets.ts'

export const unreadCommand: RoomCommand = {
  name: 'unread',
  usage: '',
  summary: 'Mark this room unread from the picked or the last message on',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  run(context) {
    const message = targetMessage(context, isOthers)
    if (message === undefined) context.ui.fail('There is no message to mark.')
    else context.client.markUnreadFrom(context.room.room, message.index)
  },
}
