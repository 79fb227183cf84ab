import type { RoomCommand } from './command.ts'

export const membersCommand: RoomCommand = {
  name: 'members',
  aliases: ['people', 'who'],
  usage: '',
  summary: 'Who is in this room',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  run({ ui }) {
    ui.togglePeople()
  },
}
