import { granted, personName, type RoomCommand } from './command.ts'

export const unmuteCommand: RoomCommand = {
  name: 'unmute',
  usage: '@person',
  summary: 'Let somebody write again',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: true,
  async run({ client, ui, room }, argument) {
    granted(ui, await client.mute(room.room, personName(argument), false))
  },
}
