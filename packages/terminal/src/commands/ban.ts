import { firstWord, granted, personName, type RoomCommand } from './command.ts'

export const banCommand: RoomCommand = {
  name: 'ban',
  usage: '@person [reason]',
  summary: 'Remove somebody and keep them out',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: true,
  async run({ client, ui, room }, argument) {
    const [who, reason] = firstWord(argument)
    const ban = { on: true, ...(reason === '' ? {} : { reason }) }
    granted(ui, await client.ban(room.room, personName(who), ban))
  },
}
