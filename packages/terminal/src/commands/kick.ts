import { firstWord, granted, personName, type RoomCommand } from './command.ts'

export const kickCommand: RoomCommand = {
  name: 'kick',
  usage: '@person [reason]',
  summary: 'Remove somebody from this room',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: true,
  async run({ client, ui, room }, argument) {
    const [who, reason] = firstWord(argument)
    granted(ui, await client.kick(room.room, personName(who), ...(reason === '' ? [] : [reason])))
  },
}
