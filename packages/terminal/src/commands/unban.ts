import { granted, personName, type RoomCommand } from './command.ts'

export const unbanCommand: RoomCommand = {
  name: 'unban',
  usage: '@person',
  summary: 'Let somebody in again',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: true,
  async run({ client, ui, room }, argument) {
    granted(ui, await client.ban(room.room, personName(argument), { on: false }))
  },
}
