import { sanitiseLine } from '../text/sanitise.ts'
import { granted, type RoomCommand } from './command.ts'

export const leaveCommand: RoomCommand = {
  name: 'leave',
  aliases: ['part'],
  usage: '',
  summary: 'Leave this room',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  async run({ client, ui, room }) {
    const title = sanitiseLine(room.title)
    if (granted(ui, await client.leave(room.room).settled) !== undefined)
      ui.note(`You left ${title}.`)
  },
}
