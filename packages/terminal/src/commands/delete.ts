import type { RoomCommand } from './command.ts'
import { isOwn, targetMessage } from './targets.ts'

export const deleteCommand: RoomCommand = {
  name: 'delete',
  usage: '',
  summary: 'Delete your last message, or the picked one',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  run(context) {
    const message = targetMessage(context, isOwn)
    if (message === undefined) context.ui.fail('There is no message of yours to delete.')
    else context.client.delete(context.room.room, message.index)
  },
}
