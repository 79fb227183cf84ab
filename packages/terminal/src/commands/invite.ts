import { granted, personName, type RoomCommand } from './command.ts'

export const inviteCommand: RoomCommand = {
  name: 'invite',
  usage: '@person',
  summary: 'Invite somebody into this room',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: true,
  async run({ client, ui, room }, argument) {
    const name = personName(argument)
    if (granted(ui, await client.invite(room.room, name)) !== undefined)
      ui.note(`${name} is invited.`)
  },
}
