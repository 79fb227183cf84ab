import type { RoomCommand } from './command.ts'

export const topicCommand: RoomCommand = {
  name: 'topic',
  usage: '[text]',
  summary: 'Show or change what this room is about',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  run({ client, ui, room }, argument) {
    if (argument === '') ui.note(room.topic === '' ? 'There is no topic.' : room.topic)
    else client.topic(room.room, argument)
  },
}
