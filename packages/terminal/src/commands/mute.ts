import { granted, personName, type RoomCommand } from './command.ts'

export const muteCommand: RoomCommand = {
  name: 'mute',
  usage: '@person',
  summary: 'Let somebody read but not write',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: true,
  async run({ client, ui, room }, argument) {
    granted(ui, await client.mute(room.room, personName(argument), true))
  },
}
