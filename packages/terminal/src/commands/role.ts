import { roles } from '@starling/protocol/operation'
import { firstWord, granted, personName, type RoomCommand } from './command.ts'

export const roleCommand: RoomCommand = {
  name: 'role',
  usage: '@person owner|moderator|member',
  summary: 'Change what somebody may do here',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: true,
  async run({ client, ui, room }, argument) {
    const [who, word] = firstWord(argument)
    const role = roles.find((one) => one === word.trim())
    if (role === undefined) ui.fail(`A role is one of ${roles.join(', ')}.`)
    else granted(ui, await client.role(room.room, personName(who), role))
  },
}
